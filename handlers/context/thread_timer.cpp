#include "thread_timer.h"

#include "../base/timespec.h"

#include <signal.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

namespace curfew {

ThreadTimer::~ThreadTimer() {
    if (made_) ::timer_delete(id_);
}

bool ThreadTimer::make(int signal) noexcept {
    if (made_) return true;
    sigevent event{};
    event.sigev_notify = SIGEV_THREAD_ID;
    event.sigev_signo = signal;
    event._sigev_un._tid = ::gettid();
    signal_ = signal;
    made_ = ::timer_create(CLOCK_MONOTONIC, &event, &id_) == 0;
    return made_;
}

bool ThreadTimer::set(Deadline deadline, Duration interval) noexcept {
    itimerspec when{};
    if (!deadline.is_never()) {
        // A time of zero would disarm it.
        constexpr auto soonest = Deadline::at(Deadline::Clock::time_point(Duration(1)));
        when = {.it_interval = to_timespec(interval),
                .it_value = to_timespec(std::max(deadline, soonest))};
    }
    return ::timer_settime(id_, TIMER_ABSTIME, &when, nullptr) == 0;
}

void ThreadTimer::discard_signal() const noexcept {
    sigset_t ours;
    sigemptyset(&ours);
    sigaddset(&ours, signal_);
    constexpr timespec at_once{};
    const int saved = errno;
    // Not sigtimedwait(), which is this process's own and obeys the limit in force.
    ::syscall(SYS_rt_sigtimedwait, &ours, nullptr, &at_once, _NSIG / 8);
    errno = saved;
}

}  // namespace curfew
