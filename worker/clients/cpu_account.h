#pragma once

#include "worker/shared/scoreboard.h"

namespace curfew::worker {

/// Tells the master by which reading of its thread's CPU clock a request, or a piece of a response,
/// has used up its cpu_limit. What the thread itself computes for it is counted, in class fiber
/// without what other fibers compute while it waits; threads and processes that a handler starts
/// are not. One system call at the beginning, and in class fiber one at each end of a wait; none
/// without a limit.
class CpuAccount {
  public:
    explicit CpuAccount(Cell& cell) noexcept : cell_(cell) {}

    /// On the thread that is to run it, before it is published. `limit`: zero: none.
    void begin(Duration limit) noexcept;
    void end() noexcept;

    /// While a fiber does not run.
    void pause() noexcept;
    void resume() noexcept;

  private:
    Cell& cell_;
    Duration limit_ = Duration::zero();
    Duration used_ = Duration::zero();
    Duration since_ = Duration::zero();  ///< the thread's clock at the latest begin or resume
};

}  // namespace curfew::worker
