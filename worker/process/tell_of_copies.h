#pragma once

#include "worker/shared/scoreboard.h"

namespace curfew::worker {

/// Has copies of this worker that come back from a handler leave a note on its line.
void tell_of_copies_on(const WorkerBoard& board);

}  // namespace curfew::worker
