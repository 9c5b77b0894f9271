#pragma once

#include "handlers/deadline.h"

#include <cstddef>
#include <cstdint>
#include <vector>

namespace curfew::master {

/// Decides when one route has cost too many workers their lives, by requests over their limit or by
/// crashes.
///
/// The rule: within each window the requests of a route may cost `percent` of the pool its lives,
/// but always three, so that in a pool of one or two single kills go on as ever. The death that
/// would be one more engages the route's brake (worker/route_brake.h): its requests are answered
/// 503 at once, and after a quarter of the window one is let through. Whoever is overdue on a
/// braked route is claimed as always, so that its client has its 504 in time. But its worker is put
/// off: one worker at a time is killed, the next when the replacement of the one before is ready,
/// so that a wave of deaths does not become one of forks and boots, and what other requests a
/// worker has can end. What other clients one of class sync has, which can do no more for them, go
/// to another worker at once.
class Brake {
  public:
    using Time = Deadline::Clock::time_point;

    /// A worker is to die of a request of the route with that number, in a pool of so many. True if
    /// that is one too many; then the count begins anew.
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
