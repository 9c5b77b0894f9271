#pragma once

#include "../strategy.h"

namespace curfew {

/// gevent.Timeout: the function runs on a fiber. While it waits, other fibers of the thread run,
/// until the wait or the limit is over. In a worker of class `fiber` these are the worker's other
/// requests, and the handler itself already runs on a fiber, so its limits need no second one. In
/// other workers there are no other fibers, and the thread waits.
class FiberStrategy final : public Strategy {
  public:
    FiberStrategy() noexcept;
    void run(Call& call, Deadline deadline) override;
};

}  // namespace curfew
