#pragma once

#include "handlers/base/unique_fd.h"
#include "worker/app/application_file.h"
#include "worker/shared/handover.h"

#include <functional>
#include <memory>
#include <vector>

namespace curfew::worker {

/// What the master gives to a worker, and what the worker calls back.
struct WorkerSetup {
    std::vector<UniqueFd> sockets;                       ///< to listen on
    std::shared_ptr<const ApplicationFile> application;  ///< the master has a part in it as well
    AdoptionSocket adoption;                       ///< where connections of dead workers arrive
    UniqueFd orders;                               ///< an eventfd: see Order
    std::function<void(const char* state)> title;  ///< told of each new state
    std::function<void()> reopen_log;              ///< when it is ordered
    bool replaces = false;  ///< another, which was configured alike and has served
};

}  // namespace curfew::worker
