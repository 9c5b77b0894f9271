#include "kernel_wait.h"

#include "../base/timespec.h"

#include <poll.h>

#include <cerrno>

namespace curfew {

int kernel_wait(pollfd* fds, unsigned long count, Deadline deadline) noexcept {
    while (true) {
        const auto time = to_timespec(deadline.remaining());
        const int ready = ::ppoll(fds, count, deadline.is_never() ? nullptr : &time, nullptr);
        // After EINTR, wait for the remaining time. Libraries would wait for all of it again.
        if (ready >= 0 || errno != EINTR) return ready;
    }
}

}  // namespace curfew
