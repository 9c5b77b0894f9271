#pragma once

#include "handlers/base/deadline.h"
#include "worker/shared/scoreboard.h"

#include <cstdint>
#include <vector>

namespace curfew::master {

/// A request that was over its limit when it was seen. Only a claim tells whether it still is.
struct Overdue {
    std::size_t cell = 0;
    std::uint64_t word = 0;
    Duration age = Duration::zero();
    Duration limit = Duration::zero();
    worker::LimitKind kind = worker::LimitKind::timeout;
    bool report_only = false;  ///< not to be claimed
};

/// A running request with a limit for its CPU time.
struct Burning {
    std::size_t cell = 0;
    std::uint64_t word = 0;
    std::int32_t thread = 0;
    Deadline::Clock::time_point started;
    Duration limit = Duration::zero();
    Duration spent_at = Duration::zero();  ///< the reading of the thread's clock at the limit
    bool report_only = false;
};

/// The requests of one worker that need attention, at one moment.
struct Scan {
    std::vector<Overdue> overdue;
    std::vector<Overdue> slow;  ///< not overdue, and not reported yet; `limit`: slow_request_limit
    std::vector<Burning> burning;             ///< not overdue
    Deadline nearest = Deadline::never();     ///< the soonest limit that has not passed
    Deadline near_limit = Deadline::never();  ///< from when on a replacement should be forked
    bool busy = false;                        ///< some request runs
};

/// Looks at every cell once, and changes nothing: a pure function of scoreboard and time. `lead`:
/// how long before a request's limit a replacement of its worker is forked; half of the limit at
/// most.
[[nodiscard]] Scan scan(const worker::WorkerBoard& board, Deadline::Clock::time_point now,
                        Duration lead = Duration::zero());

/// Notes that a request under `harakiri = log` has been reported, so that no scan finds it again.
/// False if the request is over: then the label that was read may be another request's.
[[nodiscard]] bool report(const worker::WorkerBoard& board, const Overdue& overdue) noexcept;

/// Takes the response of that request away from its worker. False if the worker was faster: then
/// the request is no longer overdue.
[[nodiscard]] bool claim(const worker::WorkerBoard& board, const Overdue& overdue) noexcept;

/// Notes that a slow request is being reported, so that no later scan finds it. False if it is
/// over.
[[nodiscard]] bool take_slow(const worker::WorkerBoard& board, const Overdue& slow) noexcept;

}  // namespace curfew::master
