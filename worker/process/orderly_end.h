#pragma once

#include "handlers/base/deadline.h"
#include "worker/shared/scoreboard.h"

namespace curfew::worker {

/// Ends this process as a program ends that returns from main: functions given to atexit(3) run,
/// static objects are destroyed, stdio is flushed. What of that is not done within `limit` is left
/// out, and noted on the line. So is all of it while threads run on that have been given up by
/// their callers (strategy `thread`): what they use must not be destroyed.
[[noreturn]] void end_in_order(WorkerLine& line, Duration limit);

}  // namespace curfew::worker
