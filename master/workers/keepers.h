#pragma once

#include "master/config/options.h"
#include "master/workers/child.h"
#include "master/workers/stopping.h"

namespace curfew::master {

/// Tells the keeper of a worker that does not run any more to respond to the worker's clients.
/// `ours`: the master has killed the worker.
void leave_clients_to_keeper(Child& child, bool ours, Retry retry, Stopping stopping);

/// To be called when the keeper has been reaped. A living worker without a keeper is replaced,
/// because nothing would answer its clients if it died.
void note_end_of_keeper(Child& child, int wait_status);

}  // namespace curfew::master
