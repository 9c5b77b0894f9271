#pragma once

#include "../strategy.h"

namespace curfew {

/// gevent.Timeout: the function runs on a fiber, whose waits give the thread to others until they
/// are over, or the limit is. In a worker of class `fiber` those others are its other requests; the
/// handler has its fiber there already, and its limits cost no second one. In other workers nobody
/// else is there, and the thread waits for the fiber.
class FiberStrategy final : public Strategy {
  public:
    FiberStrategy() noexcept;
    void run(Call& call, Deadline deadline) override;
};

}  // namespace curfew
