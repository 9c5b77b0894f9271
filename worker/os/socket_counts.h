#pragma once

#include <cstdint>
#include <optional>

namespace curfew::worker {

/// What the kernel has counted on a connection since it was accepted: it knows better than a
/// process that was killed within recv() or send().
struct SocketCounts {
    std::uint64_t received = 0;  ///< taken from the socket
    std::uint64_t sent = 0;      ///< given to the socket
};

/// Nothing if the kernel does not count on this kind of socket: it does for TCP. Async-signal-safe.
/// Only for sockets that accept() has made, and as long as their sending side is not shut down.
[[nodiscard]] std::optional<SocketCounts> socket_counts(int fd) noexcept;

}  // namespace curfew::worker
