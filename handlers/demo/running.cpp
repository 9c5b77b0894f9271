#include "running.h"

#include <unistd.h>

#include <array>
#include <atomic>
#include <fstream>
#include <utility>

namespace demo {

namespace {

struct Note {
    std::atomic<std::uint64_t> call{0};  ///< 0: free
    std::atomic<pid_t> thread{0};        ///< 0: not yet known
};

/// No lock: whoever forks while another thread holds it would leave it locked in the child. More
/// calls at once than this are not noted.
std::array<Note, 256> notes;

std::string first_line(const std::string& path) {
    std::string line;
    std::getline(std::ifstream(path), line);
    return line;
}

/// Empty if there is no such thread any more.
std::string what_does(pid_t thread) {
    const auto id = std::to_string(thread);
    const auto directory = "/proc/self/task/" + id;
    const auto stat = first_line(directory + "/stat");
    const auto state = stat.rfind(") ");
    if (state == std::string::npos) return {};
    if (stat[state + 2] == 'R') return "thread " + id + " computes";
    const auto where = first_line(directory + "/wchan");
    // "0": the kernel does not tell.
    return "thread " + id + " waits" + (where.size() > 1 ? " in " + where : "");
}

}  // namespace

Running::Running(std::uint64_t call) noexcept : slot_(0) {
    for (; slot_ < notes.size(); ++slot_) {
        std::uint64_t none = 0;
        if (!notes[slot_].call.compare_exchange_strong(none, call)) continue;
        notes[slot_].thread = ::gettid();
        return;
    }
}

Running::~Running() {
    if (slot_ == notes.size()) return;
    notes[slot_].thread = 0;
    notes[slot_].call = 0;
}

std::uint64_t new_call() noexcept {
    static std::atomic<std::uint64_t> last{0};
    return ++last;
}

std::string what_runs(std::uint64_t call) {
    for (const auto& note : notes) {
        if (note.call == call) return what_does(note.thread);
    }
    return {};
}

std::vector<std::string> what_runs() {
    std::vector<std::string> all;
    for (const auto& note : notes) {
        if (note.call == 0) continue;
        if (auto words = what_does(note.thread); !words.empty()) all.push_back(std::move(words));
    }
    return all;
}

}  // namespace demo
