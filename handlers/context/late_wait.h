#pragma once

#include "call_context.h"

namespace curfew {

/// A wait that has come back after the limit in force, for the log.
struct LateWait {
    const char* call = nullptr;        ///< its name, which stays for ever
    const Parking* parking = nullptr;  ///< of the fiber that waited
    Deadline::Clock::time_point ended{};
};

/// The latest of this thread.
extern thread_local constinit LateWait late_wait;

/// To be called after a call that has really waited, or that may have. Costs a look at a coarse
/// clock, and nothing without a limit.
void note_wait(const char* call) noexcept;

}  // namespace curfew
