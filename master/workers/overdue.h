#pragma once

#include "handlers/base/deadline.h"
#include "worker/shared/scoreboard.h"

#include <cstdint>
#include <vector>

namespace curfew::master {

/// A request whose limit has passed, as it was seen. Only a claim says whether it still is.
struct Overdue {
    std::size_t cell = 0;
    std::uint64_t word = 0;
    Duration age = Duration::zero();
    Duration limit = Duration::zero();
    worker::LimitKind kind = worker::LimitKind::timeout;
    bool report_only = false;  ///< not to be claimed
};

/// A request on its thread with a limit to what it may compute.
struct Burning {
    std::size_t cell = 0;
    std::uint64_t word = 0;
    std::int32_t thread = 0;
    Deadline::Clock::time_point started;
    Duration limit = Duration::zero();
    Duration spent_at = Duration::zero();  ///< that reading of the thread's clock is the limit
    bool report_only = false;
};

/// What the scoreboard says of one worker at one moment.
struct Scan {
    std::vector<Overdue> overdue;
    std::vector<Overdue> slow;  ///< not overdue, and not reported yet; `limit` is that of the slow
    std::vector<Burning> burning;          ///< of those that are not overdue
    Deadline nearest = Deadline::never();  ///< of the limits that have not passed
    Deadline near_limit =
        Deadline::never();  ///< from when on the worker's death must be prepared for
    bool busy = false;      ///< some request runs
};

/// Looks at every cell once. Changes nothing: a pure function of scoreboard and time. `lead`: how
/// long before a request's limit a replacement of its worker is begun, at most half of the limit.
[[nodiscard]] Scan scan(const worker::WorkerBoard& board, Deadline::Clock::time_point now,
                        Duration lead = Duration::zero());

/// Notes that a request with limits that are only tried out has been reported, so that no scan
/// finds it again. False if it is over: then what was read of its label may be another's.
[[nodiscard]] bool report(const worker::WorkerBoard& board, const Overdue& overdue) noexcept;

/// Takes the response of that request away from its worker. False if the worker was faster: then
/// the request is not overdue any more.
[[nodiscard]] bool claim(const worker::WorkerBoard& board, const Overdue& overdue) noexcept;

/// Takes the report of a slow request upon itself: nobody else will see it as slow. False if it is
/// over.
[[nodiscard]] bool take_slow(const worker::WorkerBoard& board, const Overdue& slow) noexcept;

}  // namespace curfew::master
