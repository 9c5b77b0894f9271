#pragma once

#include "../base/deadline.h"

#include <csignal>

struct pollfd;

namespace curfew {

/// As poll(2), but with an absolute deadline, and not ended by signals. If the deadline has passed,
/// looks without waiting. Blocks the thread whatever context is in force. With `mask`, as ppoll(2):
/// signals that it does not block end the wait, with EINTR.
int kernel_wait(pollfd* fds, unsigned long count, Deadline deadline,
                const sigset_t* mask = nullptr) noexcept;

}  // namespace curfew
