#include "worker/last_thread.h"

#include "handlers/unique_fd.h"

#include <dlfcn.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <csignal>
#include <cstdlib>

namespace curfew::worker {

namespace {

/// Found beforehand: a keeper has no linker any more.
const auto next_exit = reinterpret_cast<void (*)(int)>(::dlsym(RTLD_NEXT, "_exit"));

std::atomic<std::atomic<std::int32_t>*> noted_in{nullptr};
pid_t process = 0;

/// Not for a child that a handler has forked, which has its own end. The first one counts.
/// Async-signal-safe.
void note() noexcept {
    auto* const thread = noted_in.load();
    if (!thread || ::getpid() != process) return;
    std::int32_t none = 0;
    thread->compare_exchange_strong(none, static_cast<std::int32_t>(::gettid()));
}

/// By what the process has brought upon itself; kill(2) from outside says nothing about a thread.
bool own(const siginfo_t& info) noexcept { return info.si_code > 0 || info.si_pid == ::getpid(); }

/// The signal then ends the process as if nobody had handled it.
void crashed(int signal, siginfo_t* info, void*) {
    if (own(*info)) note();
    ::signal(signal, SIG_DFL);
    // A fault comes again by itself; this one is blocked until we return.
    if (info->si_code <= 0) ::syscall(SYS_tgkill, ::getpid(), ::gettid(), signal);
}

}  // namespace

void note_last_thread_in(std::atomic<std::int32_t>& thread) {
    process = ::getpid();
    noted_in.store(&thread);
    std::atexit(note);
    std::at_quick_exit(note);
    struct sigaction action {};
    action.sa_sigaction = crashed;
    action.sa_flags = SA_SIGINFO | SA_ONSTACK;
    ::sigemptyset(&action.sa_mask);
    for (const int signal : {SIGSEGV, SIGABRT, SIGBUS, SIGFPE, SIGILL, SIGSYS, SIGTRAP}) {
        checked(::sigaction(signal, &action, nullptr), "sigaction");
    }
}

}  // namespace curfew::worker

/// In place of libc's own, for this executable and every library in it: no handler of exit(3) is
/// told of this way out.
extern "C" void _exit(int status) {
    curfew::worker::note();
    if (curfew::worker::next_exit) curfew::worker::next_exit(status);
    while (true) ::syscall(SYS_exit_group, status);
}
