#pragma once

#include "worker/os/loop.h"

namespace curfew::worker {

/// Fires at a deadline that changes often. The timer below is not moved each time: it fires early,
/// and is then set again.
class DeadlineTimer {
  public:
    using Time = Deadline::Clock::time_point;

    /// `passed` may destroy this object.
    DeadlineTimer(Loop& loop, Event::Callback passed);

    /// Replaces the deadline.
    void set(Duration limit, Time now = Deadline::Clock::now());
    void clear() noexcept { deadline_ = Deadline::never(); }

    /// The deadline; never() if there is none. One that has passed stays until it is replaced.
    [[nodiscard]] Deadline deadline() const noexcept { return deadline_; }

  private:
    void look();

    const Event::Callback passed_;
    Timer timer_;
    Deadline deadline_ = Deadline::never();
    Deadline fires_ = Deadline::never();  ///< never(): the timer is not armed
};

}  // namespace curfew::worker
