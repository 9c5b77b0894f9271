#pragma once

#include "handlers/base/deadline.h"
#include "worker/shared/scoreboard.h"

namespace curfew::worker {

/// Ends this process like a program that returns from main: functions given to atexit(3) run,
/// static objects are destroyed, and stdio is flushed. What is not done within `limit` is left out,
/// and that is recorded on the line. Everything is left out while threads still run that their
/// callers have given up (strategy `thread`), because what these threads use must not be destroyed.
[[noreturn]] void end_in_order(WorkerLine& line, Duration limit);

}  // namespace curfew::worker
