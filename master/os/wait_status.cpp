#include "master/os/wait_status.h"

#include "handlers/base/signal_name.h"

#include <sys/wait.h>

#include <csignal>

namespace curfew::master {

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
