#include "census.h"

#include <unistd.h>

#include <algorithm>
#include <cctype>
#include <filesystem>
#include <fstream>
#include <string>
#include <system_error>

namespace demo {

namespace {

namespace fs = std::filesystem;

int entries_of(const char* directory) {
    std::error_code ignored;
    const fs::directory_iterator entries(directory, ignored);
    return static_cast<int>(std::distance(begin(entries), end(entries)));
}

/// 0 if it has gone.
pid_t parent_of(const fs::path& process) {
    std::string stat;
    std::getline(std::ifstream(process / "stat"), stat);
    // "PID (NAME) STATE PPID ...", and the name may hold anything.
    const auto name_end = stat.rfind(')');
    if (name_end == std::string::npos || name_end + 4 >= stat.size()) return 0;
    return std::atoi(stat.c_str() + name_end + 4);
}

int count_children() {
    int count = 0;
    std::error_code ignored;
    for (const auto& entry : fs::directory_iterator("/proc", ignored)) {
        const bool is_process = std::isdigit(entry.path().filename().native()[0]) != 0;
        if (is_process && parent_of(entry.path()) == ::getpid()) ++count;
    }
    return count;
}

}  // namespace

Census Census::take() {
    return {.threads = entries_of("/proc/self/task"),
            .children = count_children(),
            .descriptors = entries_of("/proc/self/fd")};
}

}  // namespace demo
