#include "master/signals.h"

#include <sys/signalfd.h>

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

}  // namespace

Signals::Signals() {
    ::signal(SIGPIPE, SIG_IGN);  // a log's reader that goes must not take the server along
    ::signal(SIGCHLD, SIG_DFL);  // ignored, as some shells leave it, nobody's end would be known
    const auto set = heeded();
    checked(::sigprocmask(SIG_BLOCK, &set, nullptr), "sigprocmask");
    fd_ = checked_fd(::signalfd(-1, &set, SFD_NONBLOCK | SFD_CLOEXEC), "signalfd");
}

std::optional<int> Signals::next() {
    signalfd_siginfo info{};
    if (::read(fd_.get(), &info, sizeof info) != sizeof info) return {};
    return static_cast<int>(info.ssi_signo);
}

void Signals::unblock() noexcept {
    const auto set = heeded();
    ::sigprocmask(SIG_UNBLOCK, &set, nullptr);
}

}  // namespace curfew::master
