#pragma once

#include "worker/os/loop.h"

namespace curfew::worker {

/// Fires at a deadline that moves all the time: the timer underneath is left to fire early and look
/// again, rather than moved with the deadline.
class DeadlineTimer {
  public:
    using Time = Deadline::Clock::time_point;

    /// `passed` may destroy this object.
    DeadlineTimer(Loop& loop, Event::Callback passed);

    /// In place of the deadline that it had.
    void set(Duration limit, Time now = Deadline::Clock::now());
    void clear() noexcept { deadline_ = Deadline::never(); }

    /// never() if it has none. One that has passed stays until it is replaced.
    [[nodiscard]] Deadline deadline() const noexcept { return deadline_; }

  private:
    void look();

    const Event::Callback passed_;
    Timer timer_;
    Deadline deadline_ = Deadline::never();
    Deadline fires_ = Deadline::never();  ///< never(): the timer is not armed
};

}  // namespace curfew::worker
