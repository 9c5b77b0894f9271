#include "proc_children.h"

#include "../../base/parse_number.h"

#include <unistd.h>

#include <cerrno>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <system_error>

namespace curfew {

namespace {

namespace fs = std::filesystem;

/// /proc/self for this process, because /proc may be of another pid namespace than getpid().
fs::path directory_of(pid_t process) {
    return process == ::getpid() ? "/proc/self" : "/proc/" + std::to_string(process);
}

bool none_is_left(const std::error_code& error) noexcept {
    return error.value() == EMFILE || error.value() == ENFILE;
}

/// Calls `action` for each entry. If the directory disappears meanwhile, it returns as at the end.
template <typename Action>
void for_each_in(const fs::path& directory, Action action) {
    std::error_code error;
    for (fs::directory_iterator entry(directory, error), end; !error && entry != end;
         entry.increment(error)) {
        if (!action(entry->path())) return;
    }
    if (none_is_left(error)) throw std::system_error(error, directory.string());
}

}  // namespace

pid_t parent_of(pid_t process) {
    std::ifstream file(directory_of(process) / "stat");
    const std::error_code error(errno, std::generic_category());
    if (!file && none_is_left(error)) throw std::system_error(error, "/proc");
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

std::vector<pid_t> children_by_parent(pid_t process, Deadline give_up) {
    std::vector<pid_t> found;
    for_each_in("/proc", [&](const fs::path& entry) {
        const auto pid = parse_number<pid_t>(entry.filename().string());
        if (pid && parent_of(*pid) == process) found.push_back(*pid);
        return !give_up.passed();
    });
    return found;
}

std::vector<pid_t> children_of(pid_t process, Deadline give_up) {
    std::vector<pid_t> found;
    bool has_lists = true;
    for_each_in(directory_of(process) / "task", [&](const fs::path& task) {
        std::ifstream list(task / "children");
        has_lists = list.is_open() || !fs::exists(task);  // a thread may have ended
        for (pid_t pid = 0; list >> pid;) found.push_back(pid);
        return has_lists && !give_up.passed();
    });
    return has_lists ? found : children_by_parent(process, give_up);
}

}  // namespace curfew
