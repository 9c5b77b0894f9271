#include "kernel_wait.h"

#include <poll.h>

#include <cerrno>
#include <ctime>

namespace curfew {

int kernel_wait(pollfd* fds, unsigned long count, Deadline deadline) noexcept {
    while (true) {
        const auto left = deadline.remaining();
        const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(left);
        const timespec time{.tv_sec = seconds.count(), .tv_nsec = (left - seconds).count()};
        const int ready = ::ppoll(fds, count, deadline.is_never() ? nullptr : &time, nullptr);
        // The libraries retry an interrupted wait with all of their timeout: not so here.
        if (ready >= 0 || errno != EINTR) return ready;
    }
}

}  // namespace curfew
