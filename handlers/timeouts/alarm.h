#pragma once

#include "strategy.h"

namespace curfew {

/// signal.alarm, made safe and nestable: a timer of the thread's own sends it a signal, whose
/// handler does nothing but raise an interrupt. Uses SIGRTMIN + 4, and lets the timer run on after
/// a call that ended in time: once for each limit, a signal comes for nobody.
class Alarm final : public Strategy {
  public:
    /// Installs the signal's handler. Throws std::system_error.
    Alarm();
    void run(Call& call, Deadline deadline) override;
};

}  // namespace curfew
