#pragma once

#include "handlers/base/unique_fd.h"

#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

namespace curfew::tests {

/// The two ends of something that is written at the one and read at the other; both block.
struct Ends {
    UniqueFd reading;
    UniqueFd writing;
};

[[nodiscard]] inline Ends open_pipe() {
    int fds[2];
    checked(::pipe2(fds, O_CLOEXEC), "pipe2");
    return {UniqueFd(fds[0]), UniqueFd(fds[1])};
}

[[nodiscard]] inline Ends open_sockets() {
    int fds[2];
    checked(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds), "socketpair");
    return {UniqueFd(fds[0]), UniqueFd(fds[1])};
}

}  // namespace curfew::tests
