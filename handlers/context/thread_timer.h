#pragma once

#include "../base/deadline.h"

#include <csignal>
#include <ctime>

namespace curfew {

/// A timer of the kernel that signals the thread that made it.
class ThreadTimer {
  public:
    ThreadTimer() = default;
    ~ThreadTimer();
    ThreadTimer(const ThreadTimer&) = delete;
    ThreadTimer& operator=(const ThreadTimer&) = delete;

    /// Has no effect on a timer that is made already. False, with errno, if there is none left.
    [[nodiscard]] bool make(int signal) noexcept;

    /// To be called in a new process: fork does not copy timers.
    void forget() noexcept { made_ = false; }

    /// Deadline::never() disarms it. With `interval` it goes on to signal, so often.
    /// Async-signal-safe. False if this process has no such timer.
    bool set(Deadline deadline, Duration interval = Duration::zero()) noexcept;

    /// Removes its signal if that is pending, because code of the function has blocked it: it would
    /// interrupt the code that unblocks it later. Leaves errno as it is.
    void discard_signal() const noexcept;

  private:
    timer_t id_{};
    int signal_ = 0;
    bool made_ = false;
};

}  // namespace curfew
