#pragma once

#include "master/config/options.h"
#include "master/workers/child.h"
#include "master/workers/stopping.h"

namespace curfew::master {

/// Leaves the clients of a worker that runs no more to its keeper. `ours`: we have killed it.
void leave_clients_to_keeper(Child& child, bool ours, Retry retry, Stopping stopping);

/// To be called when the keeper has been reaped. A living worker without a keeper is replaced,
/// because nothing would answer its clients if it died.
void note_end_of_keeper(Child& child, int wait_status);

}  // namespace curfew::master
