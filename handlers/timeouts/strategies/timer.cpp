#include "timer.h"

#include "../../context/pooled_token.h"
#include "overrun.h"
#include "timer_thread.h"

namespace curfew {

Timer::Timer() noexcept
    : Strategy("timer", {.blocked_socket = true,
                         .drip_feed = true,
                         .name_lookup = true,
                         .sleep = true,
                         .cooperative_loop = true,
                         .lock = true,
                         .signals_blocked = true,
                         .caller_returns = false,
                         .left_behind = "one timer thread for the process",
                         .keeps_threads = true,
                         .cost = "an entry in a list; a wake-up of the timer thread now and then",
                         .late = "two wake-ups"}) {}

void Timer::run(Call& call, Deadline deadline) {
    const PooledToken token;
    {
        const auto own = cancelled_by(*token, deadline);
        const ContextScope scope(own);
        const TimerScope timer(own.limit, *token);
        call.run();
    }
    check_overrun(name(), deadline);
}

}  // namespace curfew
