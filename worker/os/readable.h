#pragma once

#include <poll.h>

namespace curfew::worker {

/// Whether there is something to read or accept, without waiting for it.
[[nodiscard]] inline bool is_readable(int fd) noexcept {
    pollfd asked{.fd = fd, .events = POLLIN, .revents = 0};
    return ::poll(&asked, 1, 0) > 0;
}

}  // namespace curfew::worker
