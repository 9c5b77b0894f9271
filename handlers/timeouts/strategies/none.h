#pragma once

#include "../strategy.h"

namespace curfew {

/// The server's limits only: the function takes as long as it takes, and harakiri is the backstop.
class None final : public Strategy {
  public:
    None() noexcept;
    void run(Call& call, Deadline deadline) override;
};

}  // namespace curfew
