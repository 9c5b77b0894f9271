#include "worker/process/last_thread.h"

#include <dlfcn.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cstdlib>

namespace curfew::worker {

namespace {

/// The function is looked up beforehand, because a keeper has no dynamic linker any more.
const auto next_exit = reinterpret_cast<void (*)(int)>(::dlsym(RTLD_NEXT, "_exit"));

std::atomic<std::atomic<std::int32_t>*> noted_in{nullptr};
pid_t process = 0;

}  // namespace

/// A child that a handler has forked is left out, because its end is not that of the worker. Only
/// the first call counts.
void note_last_thread() noexcept {
    auto* const thread = noted_in.load();
    if (!thread || ::getpid() != process) return;
    std::int32_t none = 0;
    thread->compare_exchange_strong(none, static_cast<std::int32_t>(::gettid()));
}

void note_last_thread_in(std::atomic<std::int32_t>& thread) {
    process = ::getpid();
    noted_in.store(&thread);
    std::atexit(note_last_thread);
    std::at_quick_exit(note_last_thread);
}

}  // namespace curfew::worker

/// Replaces the function of libc for this executable and every library in the process, because no
/// handler of exit(3) is called on this way out.
extern "C" void _exit(int status) {
    curfew::worker::note_last_thread();
    if (curfew::worker::next_exit) curfew::worker::next_exit(status);
    while (true) ::syscall(SYS_exit_group, status);
}
