#pragma once

#include "../strategy.h"

namespace curfew {

/// The timeouts for network I/O that each library has, which count for one operation at a time. A
/// peer that sends one byte within each of them can keep the function for ever.
class Io final : public Strategy {
  public:
    Io() noexcept;
    void run(Call& call, Deadline deadline) override;
};

}  // namespace curfew
