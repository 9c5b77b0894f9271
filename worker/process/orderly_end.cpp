#include "worker/process/orderly_end.h"

#include "handlers/base/timespec.h"
#include "handlers/timeouts/strategies/thread.h"

#include <spdlog/spdlog.h>
#include <time.h>
#include <unistd.h>

#include <csignal>
#include <cstdlib>

namespace curfew::worker {

namespace {

WorkerLine* own_line = nullptr;

void on_limit(int) noexcept {
    own_line->end_cut_short.store(true);
    ::_exit(0);
}

/// Has SIGALRM end the process after the limit, whatever the application has done to that signal.
void cut_short_after(Duration limit) noexcept {
    struct sigaction action {};
    action.sa_handler = on_limit;
    ::sigfillset(&action.sa_mask);
    ::sigaction(SIGALRM, &action, nullptr);
    sigset_t ours;
    sigemptyset(&ours);
    sigaddset(&ours, SIGALRM);
    ::pthread_sigmask(SIG_UNBLOCK, &ours, nullptr);

    timer_t timer{};
    if (::timer_create(CLOCK_MONOTONIC, nullptr, &timer) != 0) return;  // by SIGALRM
    const itimerspec when{.it_interval = {}, .it_value = to_timespec(limit)};
    ::timer_settime(timer, 0, &when, nullptr);
}

}  // namespace

void end_in_order(WorkerLine& line, Duration limit) {
    own_line = &line;
    const auto& threads = dynamic_cast<const Thread&>(strategy("thread"));
    if (const int number = threads.abandoned(); number > 0) {
        spdlog::warn(
            "worker {}: {} threads run on without their callers: nothing is destroyed at its end",
            ::getpid(), number);
        ::_exit(0);
    }
    cut_short_after(limit);
    std::exit(0);
}

}  // namespace curfew::worker

#ifdef __SANITIZE_ADDRESS__
/// LeakSanitizer looks for leaks at exit. It does not know the stacks of fibers, and stops all
/// threads by ptrace(2), which a worker that has changed its user may not do to itself.
extern "C" int __lsan_is_turned_off() { return curfew::worker::own_line != nullptr; }
#endif
