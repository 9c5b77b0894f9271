#pragma once

#include "worker/shared/scoreboard.h"

namespace curfew::worker {

/// Tells the master at which reading of its thread's CPU clock a request, or a piece of a response,
/// has used up its cpu_limit. The CPU time of the request's own thread counts; in class fiber,
/// without that of other fibers. Threads and processes that a handler starts do not count. One
/// system call at the begin, and in class fiber one at each end of a wait; none without a limit.
class CpuAccount {
  public:
    explicit CpuAccount(Cell& cell) noexcept : cell_(cell) {}

    /// To be called on the thread that runs the request, before it is published. `limit`: zero:
    /// none.
    void begin(Duration limit) noexcept;
    void end() noexcept;

    /// Around the time in which the request's fiber does not run.
    void pause() noexcept;
    void resume() noexcept;

  private:
    Cell& cell_;
    Duration limit_ = Duration::zero();
    Duration used_ = Duration::zero();
    Duration since_ = Duration::zero();  ///< the thread's clock at the latest begin or resume
};

}  // namespace curfew::worker
