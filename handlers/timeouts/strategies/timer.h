#pragma once

#include "../strategy.h"

namespace curfew {

/// A threading.Timer that interrupts the caller, made safe: a timer thread raises a cancel token,
/// which ends the wait that is under way, or the next one. It does not interrupt at an arbitrary
/// instruction.
class Timer final : public Strategy {
  public:
    Timer() noexcept;
    void run(Call& call, Deadline deadline) override;
};

}  // namespace curfew
