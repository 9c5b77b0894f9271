#pragma once

#include "handlers/base/deadline.h"
#include "master/workers/child.h"
#include "master/workers/overdue.h"
#include "worker/shared/scoreboard.h"

#include <sys/types.h>

#include <cstdint>
#include <string>

namespace curfew::master {

/// A request that takes too long, and the thread that runs it. The texts are copies, because the
/// worker may go on to the next request while this one is inspected.
struct StuckRequest {
    pid_t pid = 0;
    pid_t tid = 0;
    int client = -1;  ///< the worker's descriptor of the client's connection
    Duration age{};
    Duration limit{};
    std::string id;
    std::string route;
    std::string method;
    std::string target;
    const worker::Cell* cell = nullptr;
    std::uint64_t word = 0;  ///< of the cell, as long as this request runs
    worker::StackDump* stack_dump = nullptr;
    const BackendOptions* backends = nullptr;  ///< the worker's configuration of upstreams
};

/// Copies the request that a scan has seen from the scoreboard. The copy is valid if the request
/// has been claimed, or if the word of its cell is still the same afterwards.
[[nodiscard]] StuckRequest subject_of(const Child& child, const Overdue& seen);

/// False if the request has ended, or has been claimed.
[[nodiscard]] bool still_runs(const StuckRequest& request) noexcept;

}  // namespace curfew::master
