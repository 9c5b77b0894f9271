#pragma once

#include "master/config/options.h"
#include "master/workers/child.h"
#include "master/workers/stopping.h"

namespace curfew::master {

/// Leaves the clients of a worker that runs no more to its keeper. `ours`: we have killed it.
void leave_clients_to_keeper(Child& child, bool ours, Retry retry, Stopping stopping);

/// The keeper has ended. The clients of a dead worker have been seen to; a living worker has nobody
/// any more to see to them, and is to be replaced.
void note_end_of_keeper(Child& child, int wait_status);

}  // namespace curfew::master
