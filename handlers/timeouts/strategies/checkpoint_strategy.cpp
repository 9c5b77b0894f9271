#include "checkpoint_strategy.h"

#include "../../context/interrupts.h"
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
    const PooledInterrupt interrupt;
    {
        auto own = interrupted_by(*interrupt, deadline);
        own.interrupt_wakes = false;
        // An outer limit that ends waits goes on doing so.
        const auto& outer = call_context();
        if (outer.interrupt && outer.interrupt_wakes) {
            own.deadline = std::min(own.deadline, outer.limit);
        }
        const ContextScope scope(own);
        const TimerScope timer(own.limit, *interrupt);
        call.run();
    }
    check_overrun(name(), deadline);
}

}  // namespace curfew
