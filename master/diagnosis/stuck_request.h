#pragma once

#include "handlers/base/deadline.h"
#include "master/workers/child.h"
#include "master/workers/overdue.h"
#include "worker/shared/scoreboard.h"

#include <sys/types.h>

#include <cstdint>
#include <string>

namespace curfew::master {

/// A request that takes too long, and the thread that runs it. The words are copies: the worker may
/// go on to the next request while this one is looked at.
struct StuckRequest {
    pid_t pid = 0;
    pid_t tid = 0;
    int client = -1;  ///< its connection, as a descriptor of the worker
    Duration age{};
    Duration limit{};
    std::string id;
    std::string route;
    std::string method;
    std::string target;
    const worker::Cell* cell = nullptr;
    std::uint64_t word = 0;  ///< of the cell, as long as this request runs
    worker::StackDump* stack_dump = nullptr;
    const BackendOptions* backends = nullptr;  ///< the upstreams, as its worker knows them
};

/// From the scoreboard, as seen in a scan. To be trusted if the request has been claimed, or if its
/// cell says after this that it still is the same.
[[nodiscard]] StuckRequest subject_of(const Child& child, const Overdue& seen);

/// False if it has ended, or has been claimed.
[[nodiscard]] bool still_runs(const StuckRequest& subject) noexcept;

}  // namespace curfew::master
