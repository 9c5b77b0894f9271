#include "inbox.h"

#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstddef>
#include <utility>

using namespace curfew;

namespace demo::lab {

namespace {

struct Address {
    sockaddr_un name{.sun_family = AF_UNIX, .sun_path = {}};
    socklen_t size;

    /// An abstract name (unix(7)), which the workers of one master have in common.
    Address() noexcept {
        const auto text = "curfew-lab-" + std::to_string(::getppid());
        text.copy(name.sun_path + 1, sizeof name.sun_path - 1);
        size = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + 1 + text.size());
    }

    [[nodiscard]] const sockaddr* get() const noexcept {
        return reinterpret_cast<const sockaddr*>(&name);
    }
};

UniqueFd new_socket() noexcept {
    return UniqueFd{::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0)};
}

}  // namespace

std::optional<Inbox> Inbox::open() {
    auto socket = checked_fd(new_socket().release(), "socket");
    const Address address;
    const int bound = ::bind(socket.get(), address.get(), address.size);
    if (bound != 0 && errno == EADDRINUSE) return {};
    checked(bound, "bind");
    return Inbox(std::move(socket));
}

std::vector<std::string> Inbox::take() const {
    std::vector<std::string> lines;
    std::array<char, 128> bytes{};
    while (true) {
        const auto count = ::recv(socket_.get(), bytes.data(), bytes.size(), 0);
        if (count < 0) return lines;
        lines.emplace_back(bytes.data(), static_cast<std::size_t>(count));
    }
}

void tell_watcher(std::string_view line) noexcept {
    const auto socket = new_socket();
    const Address address;
    ::sendto(socket.get(), line.data(), line.size(), MSG_NOSIGNAL, address.get(), address.size);
}

}  // namespace demo::lab
