#include "overrun.h"

#include "../../base/error.h"
#include "../../context/late_wait.h"

#include <atomic>
#include <string>

namespace curfew {

namespace {

using Time = Deadline::Clock::time_point;

std::atomic<TellOfOverrun> tell_of_overrun{nullptr};

/// The call that most of the time after the deadline has passed in; null if it is none.
const char* stuck_in(Time deadline, Time now) noexcept {
    const auto& wait = late_wait;
    // Code that is not on a fiber has the thread for itself.
    const auto* const parking = call_context().parking;
    const bool own = wait.call != nullptr && (parking == nullptr || wait.parking == parking);
    return own && wait.ended > deadline && wait.ended - deadline > now - wait.ended ? wait.call
                                                                                    : nullptr;
}

}  // namespace

void tell_of_overruns_by(TellOfOverrun tell) noexcept { tell_of_overrun = tell; }

void check_overrun(std::string_view strategy, Deadline deadline) {
    const auto now = Deadline::Clock::now();
    if (!deadline.passed(now)) return;
    const auto late = now - deadline.time();
    const auto tell = tell_of_overrun.load(std::memory_order_relaxed);
    if (tell && late >= Overrun::shortest) {
        tell({.strategy = strategy,
              .route = call_context().route,
              .late = late,
              .call = stuck_in(deadline.time(), now)});
    }
    throw TimeoutError("the time limit has passed (strategy " + std::string(strategy) + ")");
}

}  // namespace curfew
