#pragma once

#include <sys/socket.h>

#include <string>

namespace curfew::worker {

/// The other end of a connection.
class Peer {
  public:
    explicit Peer(const sockaddr_storage& address);

    /// What it is called in logs, and by Request::peer(): "127.0.0.1:40001", "[::1]:40001", "unix";
    /// "unknown" if the client has gone before it was asked for its address.
    [[nodiscard]] const std::string& name() const noexcept { return name_; }

    /// True for a process of this machine, which has no address. The kernel does not count the
    /// bytes of such a connection.
    [[nodiscard]] bool over_unix_socket() const noexcept { return over_unix_socket_; }

  private:
    std::string name_;
    bool over_unix_socket_;
};

}  // namespace curfew::worker
