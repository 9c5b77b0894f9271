#pragma once

#include <sys/socket.h>
#include <sys/un.h>

#include <string>

namespace curfew::impairment {

/// Of a TCP socket.
struct Address {
    sockaddr_storage storage{};
    socklen_t size = 0;

    [[nodiscard]] const sockaddr* get() const noexcept {
        return reinterpret_cast<const sockaddr*>(&storage);
    }
};

/// `127.0.0.1:3306`, `[::1]:3306`, `localhost:3306`. A name is looked up, once. Throws
/// std::invalid_argument.
[[nodiscard]] Address parse_address(const std::string& text);
/// Accepted by parse_address().
[[nodiscard]] std::string to_text(const Address& address);

/// The address that a socket is bound to. Throws std::system_error.
[[nodiscard]] Address local_address(int socket);

/// Of a Unix socket. Throws std::invalid_argument if the path is too long for one.
[[nodiscard]] sockaddr_un unix_address(const std::string& path);

}  // namespace curfew::impairment
