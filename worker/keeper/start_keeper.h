#pragma once

#include "worker/keeper/keeper.h"

namespace curfew::worker {

/// Starts the keeper: the process that outlives the worker and responds to its clients. It shares
/// the worker's descriptors, is the master's child like the worker, and sleeps until the master
/// calls it.
///
/// While the worker lives, the keeper responds to requests that the master has claimed. Once the
/// worker is dead, the keeper closes the connections to upstreams, responds to every client or
/// hands its connection over to another worker, and exits.
///
/// To be called by the worker before it has a second thread. Throws std::system_error.
void start_keeper(const KeeperSetup& setup);

}  // namespace curfew::worker
