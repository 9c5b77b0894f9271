#pragma once

#include "../strategy.h"

namespace curfew {

/// Network I/O timeouts, as each library has them: for one operation at a time. A peer that says
/// one byte within each of them keeps the function for as long as it likes.
class Io final : public Strategy {
  public:
    Io() noexcept;
    void run(Call& call, Deadline deadline) override;
};

}  // namespace curfew
