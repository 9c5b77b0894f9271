#pragma once

#include "worker/keeper/keeper.h"

namespace curfew::worker {

/// Starts the process that outlives the worker for the sake of its clients. It shares the worker's
/// descriptors and is the master's child, like the worker; it sleeps until the master calls it.
///
/// While the worker lives it answers requests that the master has claimed. Once the worker is dead,
/// whose sockets it still holds, it closes those of upstreams, gives every client its answer or
/// hands it over to another worker, and exits.
///
/// To be called by the worker before it has a second thread. Throws std::system_error.
void start_keeper(const KeeperSetup& setup);

}  // namespace curfew::worker
