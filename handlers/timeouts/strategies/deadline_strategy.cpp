#include "deadline_strategy.h"

#include "../../context/call_context.h"
#include "overrun.h"

namespace curfew {

DeadlineStrategy::DeadlineStrategy() noexcept
    : Strategy("deadline", {.blocked_socket = true,
                            .drip_feed = true,
                            .name_lookup = true,
                            .sleep = true,
                            .cooperative_loop = true,
                            .lock = true,
                            .signals_blocked = true,
                            .caller_returns = false,
                            .cost = "a look at the clock",
                            .late = "a wake-up"}) {}

void DeadlineStrategy::run(Call& call, Deadline deadline) {
    {
        const ContextScope scope(deadline);
        call.run();
    }
    check_overrun(name(), deadline);
}

}  // namespace curfew
