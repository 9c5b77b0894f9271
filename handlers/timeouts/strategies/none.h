#pragma once

#include "../strategy.h"

namespace curfew {

/// No limit for the function. Only harakiri ends it.
class None final : public Strategy {
  public:
    None() noexcept;
    void run(Call& call, Deadline deadline) override;
};

}  // namespace curfew
