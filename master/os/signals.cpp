#include "master/os/signals.h"

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

/// The signals that are read from the descriptor: all but those of job control, and SIGPIPE and
/// SIGXFSZ. The master's own writes cause these two, so they are ignored instead. A blocked signal
/// would be read, logged, and the log's write would cause the next one.
sigset_t all_to_read() noexcept {
    sigset_t set;
    sigfillset(&set);
    for (const int signal : {SIGTSTP, SIGCONT, SIGPIPE, SIGXFSZ}) sigdelset(&set, signal);
    return set;
}

/// glibc keeps two signals for itself, for pthread_cancel(3) and for setuid(2) in all threads. Its
/// functions neither block nor ignore them, and it sets handlers only once it needs them; until
/// then they would end this process.
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
    auto set = all_to_read();
    for (const int signal : {SIGTERM, SIGINT, SIGQUIT}) sigdelset(&set, signal);
    checked(::sigprocmask(SIG_BLOCK, &set, nullptr), "sigprocmask");
    ignore_reserved_signals();
    sigset_t own;
    sigemptyset(&own);
    // So a write to a pipe without a reader, or beyond `ulimit -f`, fails and does not end the
    // process.
    for (const int signal : {SIGPIPE, SIGXFSZ}) {
        ::signal(signal, SIG_IGN);
        sigaddset(&own, signal);
    }
    ::sigprocmask(SIG_UNBLOCK, &own, nullptr);  // the parent may have blocked them
    ::signal(SIGCHLD,
             SIG_DFL);  // if it is ignored, as some parents leave it, wait() reports no child
}

Signals::Signals() {
    const auto set = all_to_read();
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
