#include "checkpoint_strategy.h"

#include "../../context/pooled_token.h"
#include "overrun.h"
#include "timer_thread.h"

#include <algorithm>

namespace curfew {

CheckpointStrategy::CheckpointStrategy() noexcept
    : Strategy("checkpoint",
               {.cooperative_loop = true,
                .signals_blocked = true,
                .caller_returns = false,
                .left_behind = "one timer thread for the process",
                .keeps_threads = true,
                .cost = "an entry in a list, and a look at a flag for each checkpoint",
                .late = "a wake-up, and the time between two checkpoints"}) {}

void CheckpointStrategy::run(Call& call, Deadline deadline) {
    const PooledToken token;
    {
        auto own = cancelled_by(*token, deadline);
        own.token_ends_waits = false;
        // An outer limit that ends waits must go on ending them.
        const auto& outer = call_context();
        if (outer.token && outer.token_ends_waits) {
            own.deadline = std::min(own.deadline, outer.limit);
        }
        const ContextScope scope(own);
        const TimerScope timer(own.limit, *token);
        call.run();
    }
    check_overrun(name(), deadline);
}

}  // namespace curfew
