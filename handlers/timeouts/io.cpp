#include "io.h"

#include "waiting.h"

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
    auto own = patience();
    own.per_operation = std::min(own.per_operation, deadline.remaining());
    const PatienceScope scope(own);
    call.run();
}

}  // namespace curfew
