#include "master/diagnosis/thread_state.h"

#include "handlers/base/unique_fd.h"

#include <fcntl.h>
#include <unistd.h>

#include <cstdlib>

namespace curfew::master {

std::string contents_of(const std::string& path) {
    const UniqueFd file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
    std::string text;
    char piece[4096];
    ssize_t got = 0;
    while (file.get() >= 0 && (got = ::read(file.get(), piece, sizeof piece)) > 0) {
        text.append(piece, static_cast<std::size_t>(got));
    }
    return text;
}

ThreadState look_at(pid_t pid, pid_t tid) {
    const std::string thread =
        "/proc/" + std::to_string(pid) + "/task/" + std::to_string(tid) + "/";
    ThreadState state;
    const auto stat = contents_of(thread + "stat");
    // The name in front of the state is in parentheses, and may itself contain parentheses.
    const auto name_end = stat.rfind(") ");
    if (name_end == std::string::npos) return state;
    state.letter = stat[name_end + 2];
    state.cpu_time = std::atoll(contents_of(thread + "schedstat").c_str());
    state.wchan = contents_of(thread + "wchan");
    if (state.wchan == "0") state.wchan.clear();
    state.call = parse_system_call(contents_of(thread + "syscall"), state.wchan);
    return state;
}

}  // namespace curfew::master
