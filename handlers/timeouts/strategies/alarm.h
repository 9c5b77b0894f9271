#pragma once

#include "../strategy.h"

namespace curfew {

/// Python's signal.alarm, made safe and nestable. Each thread has a timer, which sends it a signal;
/// the signal's handler only raises a cancel token. Uses SIGRTMIN + 4. No signal comes after a call
/// that ended in time.
class Alarm final : public Strategy {
  public:
    /// Installs the signal's handler. Throws std::system_error.
    Alarm();
    void run(Call& call, Deadline deadline) override;
};

}  // namespace curfew
