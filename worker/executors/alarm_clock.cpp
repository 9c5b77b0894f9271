#include "worker/executors/alarm_clock.h"

#include "handlers/base/timespec.h"

#include <sys/timerfd.h>

#include <cstdint>

namespace curfew::worker {

AlarmClock::AlarmClock(Loop& loop)
    : timer_(checked_fd(::timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC),
                        "timerfd_create")),
      rings_(loop, timer_.get(), [this] { ring(); }) {
    rings_.enable();
}

void AlarmClock::add(Sleeper& sleeper) noexcept {
    if (sleeper.deadline().is_never()) return;
    sleepers_.insert(sleeper);
    if (sleeper.deadline() < set_for_) set_for(sleeper.deadline());
}

/// The timer is not changed: an expiry that no sleeper needs costs less than setting the timer at
/// every wait.
void AlarmClock::remove(Sleeper& sleeper) noexcept {
    if (sleeper.is_linked()) sleepers_.erase(sleepers_.iterator_to(sleeper));
}

void AlarmClock::ring() {
    std::uint64_t ignored = 0;
    (void)!::read(timer_.get(), &ignored, sizeof ignored);
    const auto now = Deadline::Clock::now();
    while (!sleepers_.empty() && sleepers_.begin()->deadline().passed(now)) {
        Sleeper& due = *sleepers_.begin();
        sleepers_.erase(sleepers_.begin());
        due.wake();
    }
    set_for(sleepers_.empty() ? Deadline::never() : sleepers_.begin()->deadline());
}

void AlarmClock::set_for(Deadline deadline) noexcept {
    set_for_ = deadline;
    if (deadline.is_never()) return;  // it has rung
    const itimerspec when{.it_interval = {}, .it_value = to_timespec(deadline)};
    ::timerfd_settime(timer_.get(), TFD_TIMER_ABSTIME, &when, nullptr);
}

}  // namespace curfew::worker
