#pragma once

#include "handlers/base/deadline.h"

#include <cstddef>
#include <cstdint>
#include <vector>

namespace curfew::master {

/// Decides when the requests of one route have killed too many workers, by exceeding their limit or
/// by crashing.
///
/// The rule: within each window the requests of a route may cost `percent` of the workers of the
/// pool, but always three, so that single kills in a pool of one or two workers have no
/// consequence. A death beyond that number trips the route's circuit breaker
/// (worker/shared/circuit_breaker.h). A request that is overdue on such a route is claimed as
/// always, so that its client gets its 504 in time, but the kill of its worker is deferred: one
/// worker at a time is killed, the next when the replacement of the one before is ready. So many
/// deaths at once do not become many forks and boots at once, and the other requests of those
/// workers can end. A worker of class sync cannot serve its other clients any more; they are handed
/// over at once.
class BreakerPolicy {
  public:
    using Time = Deadline::Clock::time_point;

    /// Counts the death of a worker for a request of the route with that number, in a pool of so
    /// many workers. True if that is one too many; then the count begins anew.
    [[nodiscard]] bool too_many(std::uint32_t route, Time now, std::size_t pool, int percent,
                                Duration window);

  private:
    struct Death {
        std::uint32_t route;
        Time at;
    };
    std::vector<Death> deaths_;  ///< of the last window
};

}  // namespace curfew::master
