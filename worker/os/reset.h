#pragma once

#include <sys/socket.h>

namespace curfew::worker {

/// What is sent on a connection from here on does not arrive, nor an orderly end: the client could
/// take a part for the whole. Async-signal-safe.
inline void arm_reset(int fd) noexcept {
    const ::linger reset{.l_onoff = 1, .l_linger = 0};
    ::setsockopt(fd, SOL_SOCKET, SO_LINGER, &reset, sizeof reset);
    // Another process may have it open: to dissolve a TCP connection resets it all the same.
    const sockaddr nowhere{.sa_family = AF_UNSPEC, .sa_data = {}};
    (void)::connect(fd, &nowhere, sizeof nowhere);
}

}  // namespace curfew::worker
