#pragma once

#include "worker/shared/scoreboard.h"

#include <cstddef>
#include <optional>

namespace curfew::master {

/// The cell of the request that a dead worker has died of, by a crash or an exit of its own; none
/// if it had none, or if it cannot be told which of several it was. What it goes by: whose code ran
/// then, on which thread (worker/process/last_thread.h), and that a parked fiber runs nothing.
[[nodiscard]] std::optional<std::size_t> culprit(const worker::WorkerBoard& board) noexcept;

}  // namespace curfew::master
