#include "master/signals.h"

#include <sys/signalfd.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <initializer_list>

namespace curfew::master {

namespace {

sigset_t heeded() noexcept {
    sigset_t set;
    sigemptyset(&set);
    for (const int signal :
         {SIGCHLD, SIGTERM, SIGINT, SIGQUIT, SIGTTIN, SIGTTOU, SIGUSR1, SIGHUP}) {
        sigaddset(&set, signal);
    }
    return set;
}

sigset_t all_but_job_control() noexcept {
    sigset_t set;
    sigfillset(&set);
    for (const int signal : {SIGTSTP, SIGCONT}) sigdelset(&set, signal);
    return set;
}

/// glibc keeps two signals for itself, for pthread_cancel(3) and for setuid(2) in all threads. Its
/// functions neither block nor ignore them, and it sets handlers only once it needs them; until
/// then anybody could end this process by them.
void ignore_reserved_signals() noexcept {
    struct {  // the kernel's struct sigaction, on x86-64 and on aarch64
        void (*handler)(int);
        unsigned long flags;
        void (*restorer)();
        unsigned long mask;
    } action{};
    for (int signal = 32; signal < SIGRTMIN; ++signal) {
        ::syscall(SYS_rt_sigaction, signal, nullptr, &action, sizeof action.mask);
        if (action.handler != SIG_DFL) continue;
        action = {};
        action.handler = SIG_IGN;
        ::syscall(SYS_rt_sigaction, signal, &action, nullptr, sizeof action.mask);
    }
}

}  // namespace

void hold_signals() {
    auto set = all_but_job_control();
    for (const int signal : {SIGTERM, SIGINT, SIGQUIT}) sigdelset(&set, signal);
    checked(::sigprocmask(SIG_BLOCK, &set, nullptr), "sigprocmask");
    ignore_reserved_signals();
    // A write to a pipe without a reader, or beyond `ulimit -f`, fails, and costs no process.
    ::signal(SIGPIPE, SIG_IGN);
    ::signal(SIGXFSZ, SIG_IGN);
    ::signal(SIGCHLD, SIG_DFL);  // ignored, as some shells leave it, nobody's end would be known
}

Signals::Signals() {
    const auto set = all_but_job_control();
    checked(::sigprocmask(SIG_BLOCK, &set, nullptr), "sigprocmask");
    fd_ = checked_fd(::signalfd(-1, &set, SFD_NONBLOCK | SFD_CLOEXEC), "signalfd");
}

std::optional<ArrivedSignal> Signals::next() {
    signalfd_siginfo info{};
    if (::read(fd_.get(), &info, sizeof info) != sizeof info) return {};
    return ArrivedSignal{.number = static_cast<int>(info.ssi_signo),
                         .sender = static_cast<pid_t>(info.ssi_pid),
                         .user = info.ssi_uid};
}

void Signals::narrow() noexcept {
    const auto set = heeded();
    ::sigprocmask(SIG_SETMASK, &set, nullptr);
}

void Signals::unblock() noexcept {
    sigset_t none;
    sigemptyset(&none);
    ::sigprocmask(SIG_SETMASK, &none, nullptr);
}

}  // namespace curfew::master
