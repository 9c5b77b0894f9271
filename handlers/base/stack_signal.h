#pragma once

#include <csignal>

namespace curfew {

/// With this a worker's thread is asked for its stack, where nobody may look at it from outside.
/// Its handler changes nothing, so threads that block every other signal leave this one open.
[[nodiscard]] inline int stack_signal() noexcept { return SIGRTMIN + 5; }

}  // namespace curfew
