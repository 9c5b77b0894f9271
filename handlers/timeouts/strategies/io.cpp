#include "io.h"

#include "../../context/call_context.h"

#include <algorithm>

namespace curfew {

Io::Io() noexcept
    : Strategy("io", {.blocked_socket = true,
                      .signals_blocked = true,
                      .caller_returns = false,
                      .left_behind = "the function, for as long as its peer drips",
                      .cost = "nothing",
                      .late = "a wake-up for one stalled operation; no bound for several"}) {}

void Io::run(Call& call, Deadline deadline) {
    auto own = call_context();
    own.per_operation = std::min(own.per_operation, deadline.remaining());
    const ContextScope scope(own);
    call.run();
}

}  // namespace curfew
