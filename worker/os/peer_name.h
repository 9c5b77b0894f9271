#pragma once

#include <sys/socket.h>

#include <string>

namespace curfew::worker {

/// What a client is called in logs: "127.0.0.1:40001", "[::1]:40001", "unix".
[[nodiscard]] std::string peer_name(const sockaddr_storage& address);

}  // namespace curfew::worker
