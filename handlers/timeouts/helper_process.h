#pragma once

#include "../unique_fd.h"
#include "message.h"
#include "strategy.h"

namespace curfew {

/// What a helper is asked to do.
[[nodiscard]] Message request_of(const Call& call, Deadline limit);

/// A helper's life: one function after the other, until nobody asks any more.
[[noreturn]] void serve_calls(UniqueFd socket) noexcept;

}  // namespace curfew
