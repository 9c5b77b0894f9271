#pragma once

#include <cstdint>
#include <string>

namespace curfew {

/// Where a server listens: a host and a port, or the path of a Unix socket.
struct Upstream {
    std::string host;
    std::uint16_t port = 0;
    std::string path;  ///< not empty: a Unix socket, and nothing else is set
};

/// "HOST:PORT", "[::1]:PORT" or "unix:PATH". Throws std::invalid_argument.
[[nodiscard]] Upstream parse_upstream(const std::string& text);

}  // namespace curfew
