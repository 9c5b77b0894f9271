#pragma once

#include "../strategy.h"

namespace curfew {

/// What an asynchronous exception does between two bytecodes of Python, done where the function
/// allows it: a timer thread raises a cancel token, and checkpoint() throws. It does not end waits.
class CheckpointStrategy final : public Strategy {
  public:
    CheckpointStrategy() noexcept;
    void run(Call& call, Deadline deadline) override;
};

}  // namespace curfew
