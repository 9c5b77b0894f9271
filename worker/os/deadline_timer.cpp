#include "worker/os/deadline_timer.h"

#include <utility>

namespace curfew::worker {

DeadlineTimer::DeadlineTimer(Loop& loop, Event::Callback passed)
    : passed_(std::move(passed)), timer_(loop, [this] { look(); }) {}

void DeadlineTimer::set(Duration limit, Time now) {
    deadline_ = Deadline::after(now, limit);
    if (fires_ <= deadline_ && !fires_.is_never()) return;
    fires_ = deadline_;
    timer_.fire_in(limit);
}

void DeadlineTimer::look() {
    fires_ = Deadline::never();
    if (deadline_.is_never()) return;
    const auto now = Deadline::Clock::now();
    if (deadline_.passed(now)) return passed_();
    fires_ = deadline_;
    timer_.fire_in(deadline_.remaining(now));
}

}  // namespace curfew::worker
