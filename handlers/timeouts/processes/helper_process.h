#pragma once

#include "../../base/unique_fd.h"
#include "../../context/metering.h"
#include "../strategy.h"
#include "message.h"

namespace curfew {

/// The request to a helper to run a call. The helper's calls to upstreams are timed on the caller's
/// meter, if that is in shared memory.
[[nodiscard]] Message request_of(const Call& call, Deadline limit, const Metering& metering);

/// The main loop of a helper: runs one function after the other, until the other end of the socket
/// is closed.
[[noreturn]] void serve_calls(UniqueFd socket) noexcept;

}  // namespace curfew
