#pragma once

#include "libc.h"

#include <sys/types.h>

#include <csignal>

namespace curfew {

/// limited_poll() for functions that say which descriptors are ready. A caller that is told 64
/// times that nothing is, although its limit has passed, waits again after each time, as libcurl
/// does without a timeout of its own. From then on it is -1 with ETIMEDOUT.
int limited_readiness(pollfd* fds, unsigned long count, Deadline asked,
                      const sigset_t* mask = nullptr) noexcept;

/// The same for poll(). A caller that has set no timeout is not prepared for one: libpq would take
/// an answer that comes later for the answer to its next question. So if all that it waits for are
/// sockets, it is told at the limit that they have failed, as a connection does whose peer has
/// vanished. Until the scope of the limit ends, its calls that would give EAGAIN then give
/// ETIMEDOUT.
int limited_poll_or_failure(pollfd* fds, unsigned long count, Deadline asked,
                            const sigset_t* mask = nullptr) noexcept;

/// The result of a call on a socket that never waits, which may have failed as described above.
ssize_t or_failure(ssize_t result) noexcept;

}  // namespace curfew
