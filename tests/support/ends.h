#pragma once

#include "handlers/base/unique_fd.h"

#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <string>

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

/// What is there to be read now.
inline std::string take(const Ends& ends) {
    ::fcntl(ends.reading.get(), F_SETFL, O_NONBLOCK);
    std::string text;
    std::array<char, 65536> part;
    ssize_t size = 0;
    while ((size = ::read(ends.reading.get(), part.data(), part.size())) > 0) {
        text.append(part.data(), static_cast<std::size_t>(size));
    }
    std::erase(text, '\r');  // a terminal's
    return text;
}

}  // namespace curfew::tests
