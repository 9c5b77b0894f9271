#pragma once

#include "../strategy.h"

namespace curfew {

/// signal.alarm, made safe and nestable: a timer of the thread's own sends it a signal, whose
/// handler does nothing but raise an interrupt. Uses SIGRTMIN + 4. After a call that ended in time
/// no signal comes.
class Alarm final : public Strategy {
  public:
    /// Installs the signal's handler. Throws std::system_error.
    Alarm();
    void run(Call& call, Deadline deadline) override;
};

}  // namespace curfew
