#pragma once

#include "worker/os/loop.h"

namespace curfew::worker {

/// From this call on, this process survives the signals that it has no use for, such as SIGUSR2 or
/// SIGALRM. Their handlers do nothing more than note them: ignored signals would stay ignored in
/// programs that the application starts. Where a signal has a handler already it keeps it, and the
/// application may set handlers of its own later. Signals that report a program's own faults, such
/// as SIGSEGV, still end it.
void survive_stray_signals();

/// Writes a line to the log for each such signal that has arrived.
class StraySignals {
  public:
    /// Call survive_stray_signals() before.
    explicit StraySignals(Loop& loop);

  private:
    void report();

    ReadEvent arrived_;
};

}  // namespace curfew::worker
