#pragma once

#include "../strategy.h"

namespace curfew {

/// threading.Timer interrupting the caller, made safe: a timer thread raises an interrupt, which
/// ends the wait that is under way, or the next one, instead of whatever instruction it hits.
class Timer final : public Strategy {
  public:
    Timer() noexcept;
    void run(Call& call, Deadline deadline) override;
};

}  // namespace curfew
