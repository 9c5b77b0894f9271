#include "kernel_wait.h"

#include "../base/timespec.h"

#include <poll.h>

#include <cerrno>

namespace curfew {

int kernel_wait(pollfd* fds, unsigned long count, Deadline deadline) noexcept {
    while (true) {
        const auto time = to_timespec(deadline.remaining());
        const int ready = ::ppoll(fds, count, deadline.is_never() ? nullptr : &time, nullptr);
        // The libraries retry an interrupted wait with all of their timeout: not so here.
        if (ready >= 0 || errno != EINTR) return ready;
    }
}

}  // namespace curfew
