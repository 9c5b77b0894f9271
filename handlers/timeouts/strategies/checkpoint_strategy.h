#pragma once

#include "../strategy.h"

namespace curfew {

/// What an asynchronous exception does at a bytecode boundary, done where the function offers it: a
/// timer thread sets a token, and checkpoint() throws. Nothing else is touched, waits neither.
class CheckpointStrategy final : public Strategy {
  public:
    CheckpointStrategy() noexcept;
    void run(Call& call, Deadline deadline) override;
};

}  // namespace curfew
