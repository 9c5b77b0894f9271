#include "own_server.h"

#include <netinet/in.h>
#include <sys/socket.h>

#include <filesystem>

namespace demo {

namespace {

bool listens(int fd) noexcept {
    int accepts = 0;
    socklen_t size = sizeof accepts;
    return ::getsockopt(fd, SOL_SOCKET, SO_ACCEPTCONN, &accepts, &size) == 0 && accepts != 0;
}

std::string url_of(int fd) {
    sockaddr_storage address{};
    socklen_t size = sizeof address;
    if (::getsockname(fd, reinterpret_cast<sockaddr*>(&address), &size) != 0) return {};
    if (address.ss_family == AF_INET) {
        const auto port = reinterpret_cast<const sockaddr_in&>(address).sin_port;
        return "http://127.0.0.1:" + std::to_string(ntohs(port));
    }
    if (address.ss_family == AF_INET6) {
        const auto port = reinterpret_cast<const sockaddr_in6&>(address).sin6_port;
        return "http://[::1]:" + std::to_string(ntohs(port));
    }
    return {};
}

}  // namespace

std::string own_server() {
    for (const auto& entry : std::filesystem::directory_iterator("/proc/self/fd")) {
        const int fd = std::stoi(entry.path().filename());
        if (!listens(fd)) continue;
        if (auto url = url_of(fd); !url.empty()) return url;
    }
    return {};
}

}  // namespace demo
