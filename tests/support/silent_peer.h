#pragma once

#include "handlers/base/unique_fd.h"

#include "tests/support/wait_until.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>

#include <string>

namespace curfew::tests {

/// Listens on a free port of 127.0.0.1, accepts by way of the kernel, and says nothing.
class SilentPeer {
  public:
    SilentPeer() : socket_(checked_fd(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), "socket")) {
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_addr.s_addr = ::htonl(INADDR_LOOPBACK);
        auto* const plain = reinterpret_cast<sockaddr*>(&address);
        socklen_t size = sizeof address;
        checked(::bind(socket_.get(), plain, size), "bind");
        checked(::listen(socket_.get(), 16), "listen");
        checked(::getsockname(socket_.get(), plain, &size), "getsockname");
        port_ = std::to_string(::ntohs(address.sin_port));
    }

    [[nodiscard]] const std::string& port() const noexcept { return port_; }

    /// Waits until somebody has called and said something.
    [[nodiscard]] bool is_called() const {
        pollfd wanted{.fd = socket_.get(), .events = POLLIN, .revents = 0};
        const int limit = static_cast<int>(std::chrono::milliseconds(patience).count());
        if (::poll(&wanted, 1, limit) != 1) return false;
        caller_.reset(::accept4(socket_.get(), nullptr, nullptr, SOCK_CLOEXEC));
        wanted.fd = caller_.get();
        return ::poll(&wanted, 1, limit) == 1;
    }

  private:
    UniqueFd socket_;
    mutable UniqueFd caller_;  ///< the last one: it stays until the next
    std::string port_;
};

}  // namespace curfew::tests
