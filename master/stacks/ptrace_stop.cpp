#include "master/stacks/ptrace_stop.h"

#include <sys/ptrace.h>
#include <sys/wait.h>

#include <cerrno>
#include <ctime>

namespace curfew::master {

namespace {

constexpr timespec between_looks{.tv_sec = 0, .tv_nsec = 50'000};

}  // namespace

PtraceStop::PtraceStop(pid_t tid, Deadline deadline) noexcept : tid_(tid), error_(hold(deadline)) {}

/// Polls, because a blocking wait could exceed the deadline. PTRACE_INTERRUPT stops only this
/// thread; SIGSTOP would stop the whole process, and would outlast this one.
int PtraceStop::hold(Deadline deadline) noexcept {
    if (::ptrace(PTRACE_SEIZE, tid_, nullptr, nullptr) < 0) return errno;
    if (::ptrace(PTRACE_INTERRUPT, tid_, nullptr, nullptr) < 0) return errno;
    while (true) {
        int status = 0;
        const pid_t seen = ::waitpid(tid_, &status, __WALL | WNOHANG);
        if (seen < 0) return errno;
        if (seen == tid_) {
            if (!WIFSTOPPED(status)) return ESRCH;
            // If the thread was about to receive a signal, the signal is delivered at the end.
            if (status >> 16 == 0) signal_ = WSTOPSIG(status);
            return 0;
        }
        if (deadline.passed()) return ETIMEDOUT;
        ::nanosleep(&between_looks, nullptr);
    }
}

PtraceStop::~PtraceStop() {
    // This fails if the thread has not stopped. The kernel detaches it when this process ends.
    if (error_ == 0 || error_ == ETIMEDOUT) {
        ::ptrace(PTRACE_DETACH, tid_, nullptr, static_cast<long>(signal_));
    }
}

}  // namespace curfew::master
