#pragma once

#include "../base/deadline.h"

struct pollfd;

namespace curfew {

/// As poll(2), but with an absolute deadline, and not ended by signals. If the deadline has passed,
/// looks without waiting. Blocks the thread whatever context is in force.
int kernel_wait(pollfd* fds, unsigned long count, Deadline deadline) noexcept;

}  // namespace curfew
