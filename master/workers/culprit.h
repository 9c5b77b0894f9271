#pragma once

#include "worker/shared/scoreboard.h"

#include <cstddef>
#include <optional>

namespace curfew::master {

/// The cell of the request that has crashed a dead worker, or made it exit; nothing if there was
/// none, or if it is not clear which of several it was. It is found from the thread that crashed
/// (worker/process/last_thread.h), and from which handlers ran then: a parked fiber does not run.
[[nodiscard]] std::optional<std::size_t> culprit(const worker::WorkerBoard& board) noexcept;

}  // namespace curfew::master
