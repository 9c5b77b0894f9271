#include "master/wait_status.h"

#include <sys/wait.h>

#include <csignal>
#include <cstring>

namespace curfew::master {

std::string name_of_signal(int signal) {
    const char* const name = ::sigabbrev_np(signal);
    const char* const text = ::sigdescr_np(signal);
    if (!name || !text) return "signal " + std::to_string(signal);
    return std::string("SIG") + name + " (" + text + ")";
}

bool is_crash(int signal) noexcept {
    for (const int own : {SIGSEGV, SIGABRT, SIGBUS, SIGFPE, SIGILL, SIGSYS, SIGTRAP}) {
        if (signal == own) return true;
    }
    return false;
}

std::string describe_end(int wait_status) {
    if (!WIFSIGNALED(wait_status)) {
        return "exited with status " + std::to_string(WEXITSTATUS(wait_status));
    }
    const auto signal = WTERMSIG(wait_status);
    if (!is_crash(signal)) return "was ended from outside: " + name_of_signal(signal);
    return "crashed: " + name_of_signal(signal) + (WCOREDUMP(wait_status) ? ", core dumped" : "");
}

}  // namespace curfew::master
