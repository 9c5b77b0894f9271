#pragma once

#include "../strategy.h"

namespace curfew {

/// Every wait of every library obeys the deadline: no thread, no signal, no process. What computes
/// without waiting goes on until it waits, ends, or calls checkpoint().
class DeadlineStrategy final : public Strategy {
  public:
    DeadlineStrategy() noexcept;
    void run(Call& call, Deadline deadline) override;
};

}  // namespace curfew
