#include "worker/process/stray_signals.h"

#include "handlers/base/signal_name.h"
#include "handlers/context/call_context.h"

#include <spdlog/spdlog.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <cerrno>
#include <csignal>
#include <cstdint>
#include <initializer_list>

namespace curfew::worker {

namespace {

/// The signals that have arrived in the process that called survive_stray_signals().
struct Arrived {
    CancelToken any;  ///< raised while a signal is not reported yet
    pid_t process = ::getpid();
    std::atomic<std::uint64_t> signals{0};
    std::array<std::atomic<pid_t>, NSIG> senders{};
};

Arrived* arrived = nullptr;

constexpr std::uint64_t bit_of(int signal) noexcept { return std::uint64_t{1} << (signal - 1); }

/// A child of this process has the handler too, and shares the descriptor: it must not raise that.
void note(int signal, siginfo_t* info, void*) noexcept {
    const int error = errno;
    if (::getpid() == arrived->process) {
        arrived->senders[static_cast<std::size_t>(signal)].store(info->si_pid);
        arrived->signals.fetch_or(bit_of(signal));
        arrived->any.raise();
    }
    errno = error;
}

void do_nothing(int) noexcept {}

void note_unless_handled(int signal) noexcept {
    struct sigaction action {};
    if (::sigaction(signal, nullptr, &action) != 0 || action.sa_handler != SIG_DFL) return;
    action = {};
    action.sa_sigaction = note;
    action.sa_flags = SA_SIGINFO | SA_RESTART | SA_ONSTACK;
    sigfillset(&action.sa_mask);  // many at once would fill the stack that they share
    ::sigaction(signal, &action, nullptr);
}

}  // namespace

void survive_stray_signals() {
    arrived = new Arrived;  // for as long as the process lives, since handlers use it
    for (const int signal :
         {SIGUSR1, SIGUSR2, SIGALRM, SIGVTALRM, SIGPROF, SIGIO, SIGPWR, SIGSTKFLT, SIGXCPU}) {
        note_unless_handled(signal);
    }
    for (int signal = SIGRTMIN; signal <= SIGRTMAX; ++signal) note_unless_handled(signal);
    // The kernel sends it with each write beyond `ulimit -f`. A line in the log would only cause
    // another one; the write fails, and that is dealt with where it is done.
    ::signal(SIGXFSZ, do_nothing);
}

StraySignals::StraySignals(Loop& loop) : arrived_(loop, arrived->any.fd(), [this] { report(); }) {
    arrived_.enable();
}

void StraySignals::report() {
    arrived->any.clear();
    const auto signals = arrived->signals.exchange(0);
    for (int signal = 1; signal < NSIG; ++signal) {
        if ((signals & bit_of(signal)) == 0) continue;
        spdlog::warn("worker {}: ignored {} from process {}", ::getpid(), name_of_signal(signal),
                     arrived->senders[static_cast<std::size_t>(signal)].load());
    }
}

}  // namespace curfew::worker
