#include "kernel_wait.h"

#include "../base/timespec.h"

#include <poll.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>

namespace curfew {

int kernel_wait(pollfd* fds, unsigned long count, Deadline deadline,
                const sigset_t* mask) noexcept {
    while (true) {
        auto time = to_timespec(deadline.remaining());
        // Not ppoll(), which this process replaces by one that obeys the context.
        const auto ready = static_cast<int>(::syscall(
            SYS_ppoll, fds, count, deadline.is_never() ? nullptr : &time, mask, _NSIG / 8));
        // After EINTR, wait for the remaining time. Libraries would wait for all of it again.
        if (ready >= 0 || errno != EINTR || mask) return ready;
    }
}

}  // namespace curfew
