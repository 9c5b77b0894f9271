#pragma once

#include <sys/socket.h>

namespace curfew::worker {

/// From here on nothing more arrives at the client, not even an orderly end, because the client
/// could take a part of the response for the whole. Async-signal-safe.
inline void arm_reset(int fd) noexcept {
    const ::linger reset{.l_onoff = 1, .l_linger = 0};
    ::setsockopt(fd, SOL_SOCKET, SO_LINGER, &reset, sizeof reset);
    // To dissolve a TCP connection resets it even if another process has the socket open.
    const sockaddr nowhere{.sa_family = AF_UNSPEC, .sa_data = {}};
    (void)::connect(fd, &nowhere, sizeof nowhere);
}

}  // namespace curfew::worker
