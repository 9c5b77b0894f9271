#pragma once

#include "worker/arena.h"
#include "worker/scoreboard.h"

#include <functional>
#include <span>

namespace curfew::worker {

/// What a keeper is given of its worker.
struct KeeperSetup {
    WorkerBoard board;
    const Arena& arena;
    int adoption;                    ///< where it gives connections away: see Handover
    std::span<const int> listeners;  ///< the worker's listening sockets
    std::function<void()> title;     ///< called in the keeper, first
};

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
