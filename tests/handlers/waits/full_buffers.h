#pragma once

#include <fcntl.h>
#include <unistd.h>

#include <numeric>
#include <string>
#include <vector>

namespace curfew::tests {

/// More than a socket's or a pipe's buffers hold.
inline constexpr std::size_t much = 8 << 20;

inline const std::string& text() {
    static const std::string all = [] {
        std::string made(much, '\0');
        std::iota(made.begin(), made.end(), '\0');
        return made;
    }();
    return all;
}

/// Without a limit: all that comes until the end.
inline std::string read_all(int fd) {
    std::string all;
    std::vector<char> buffer(1 << 16);
    ssize_t size = 0;
    while ((size = ::read(fd, buffer.data(), buffer.size())) > 0) {
        all.append(buffer.data(), static_cast<std::size_t>(size));
    }
    return all;
}

/// Until nothing more fits.
inline void fill(int fd) {
    const int flags = ::fcntl(fd, F_GETFL);
    ::fcntl(fd, F_SETFL, flags | O_NONBLOCK);
    while (::write(fd, "x", 1) == 1) continue;
    ::fcntl(fd, F_SETFL, flags);
}

}  // namespace curfew::tests
