#include "descendants.h"

#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <optional>
#include <sstream>
#include <stdexcept>
#include <string>
#include <system_error>

namespace curfew {

namespace {

namespace fs = std::filesystem;

/// Those of this process. A child has the numbers of its parent, but not what they stand for.
struct {
    pid_t process = 0;
    int number = 0;
    int before = 0;
} subreapers;

std::optional<pid_t> number_of(const fs::path& entry) {
    const auto name = entry.filename().string();
    pid_t number = 0;
    const auto parsed = std::from_chars(name.data(), name.data() + name.size(), number);
    if (parsed.ec != std::errc() || parsed.ptr != name.data() + name.size()) return std::nullopt;
    return number;
}

pid_t parent_of(pid_t pid) {
    std::ifstream file("/proc/" + std::to_string(pid) + "/stat");
    if (!file && (errno == EMFILE || errno == ENFILE)) {
        throw std::system_error(errno, std::generic_category(), "/proc");
    }
    std::string text;
    std::getline(file, text);
    const auto command_end = text.rfind(')');
    if (command_end == std::string::npos) return 0;
    std::istringstream rest(text.substr(command_end + 1));
    char state = 0;
    pid_t parent = 0;
    rest >> state >> parent;
    return parent;
}

/// For kernels whose /proc has no lists of children.
std::vector<pid_t> children_by_parent() {
    std::vector<pid_t> found;
    for (const auto& entry : fs::directory_iterator("/proc")) {
        const auto pid = number_of(entry.path());
        if (pid && parent_of(*pid) == ::getpid()) found.push_back(*pid);
    }
    return found;
}

bool has_children() noexcept {
    siginfo_t ignored{};
    return ::waitid(P_ALL, 0, &ignored, WEXITED | WNOHANG | WNOWAIT | __WALL) == 0 ||
           errno != ECHILD;
}

}  // namespace

Subreaper::Subreaper() noexcept {
    if (subreapers.process != ::getpid()) subreapers = {.process = ::getpid()};
    if (subreapers.number++ > 0) return;
    ::prctl(PR_GET_CHILD_SUBREAPER, &subreapers.before);
    ::prctl(PR_SET_CHILD_SUBREAPER, 1);
}

Subreaper::~Subreaper() {
    if (--subreapers.number == 0) ::prctl(PR_SET_CHILD_SUBREAPER, subreapers.before);
}

std::vector<pid_t> children() {
    std::vector<pid_t> found;
    if (!has_children()) return found;
    for (const auto& task : fs::directory_iterator("/proc/self/task")) {
        std::ifstream list(task.path() / "children");
        if (!list) {
            found = children_by_parent();
            break;
        }
        for (pid_t pid = 0; list >> pid;) found.push_back(pid);
    }
    if (found.empty() && has_children()) {
        throw std::runtime_error("/proc does not tell this process its children");
    }
    return found;
}

bool end_children(const std::vector<pid_t>& spared, int flags,
                  const std::function<void(pid_t)>& reaped) {
    while (true) {
        auto doomed = children();
        std::erase_if(doomed, [&](pid_t pid) {
            return std::ranges::count(spared, pid) > 0 ||
                   (::kill(pid, SIGKILL) != 0 && errno == EPERM);
        });
        if (doomed.empty()) return true;
        bool all_reaped = true;
        for (const pid_t pid : doomed) {
            pid_t ended = 0;
            do {
                ended = ::waitpid(pid, nullptr, flags | __WALL);
            } while (ended < 0 && errno == EINTR);
            all_reaped = all_reaped && ended != 0;
            if (ended > 0) reaped(pid);
        }
        if (!all_reaped) return false;
    }
}

}  // namespace curfew
