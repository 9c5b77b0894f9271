#pragma once

#include "../../base/unique_fd.h"
#include "../../context/metering.h"
#include "../strategy.h"
#include "message.h"

namespace curfew {

/// What a helper is asked to do. Its calls are timed on the caller's meter, if that is in memory
/// which they share.
[[nodiscard]] Message request_of(const Call& call, Deadline limit, const Metering& metering);

/// A helper's life: one function after the other, until nobody asks any more.
[[noreturn]] void serve_calls(UniqueFd socket) noexcept;

}  // namespace curfew
