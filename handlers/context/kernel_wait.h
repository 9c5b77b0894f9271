#pragma once

#include "../base/deadline.h"

struct pollfd;

namespace curfew {

/// As poll(2), but until an absolute deadline (one that has passed: looks, and does not wait), and
/// through signals. Blocks the thread whatever context is in force.
int kernel_wait(pollfd* fds, unsigned long count, Deadline deadline) noexcept;

}  // namespace curfew
