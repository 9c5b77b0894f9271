#include "worker/os/socket_counts.h"

#include <linux/sockios.h>
#include <linux/tcp.h>
#include <netinet/in.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

#include <cstddef>

namespace curfew::worker {

namespace {

/// Of include/net/tcp_states.h; netinet/tcp.h, which has them too, does not know the counters.
constexpr int close_wait = 8;
constexpr int last_ack = 9;
constexpr int closing = 11;

/// The client's FIN counts as a byte received.
bool has_fin(int state) noexcept {
    return state == close_wait || state == last_ack || state == closing;
}

/// The counters as the kernel shows them, none of which is what is asked for.
struct Raw {
    std::uint64_t received = 0;      ///< by the kernel; the client's FIN counts as a byte
    std::uint64_t acknowledged = 0;  ///< by the client
    std::uint8_t state = 0;

    friend bool operator==(const Raw&, const Raw&) = default;
};

bool read_raw(int fd, Raw& raw) noexcept {
    tcp_info info{};
    socklen_t size = sizeof info;
    constexpr auto needed = offsetof(tcp_info, tcpi_bytes_received) + sizeof(std::uint64_t);
    if (::getsockopt(fd, IPPROTO_TCP, TCP_INFO, &info, &size) != 0 || size < needed) return false;
    raw = {info.tcpi_bytes_received, info.tcpi_bytes_acked, info.tcpi_state};
    return true;
}

}  // namespace

std::optional<SocketCounts> socket_counts(int fd) noexcept {
    Raw raw;
    Raw after;
    int unread = 0;
    int unacknowledged = 0;
    if (!read_raw(fd, raw)) return {};
    // The client goes on meanwhile: what it sends or acknowledges between two of these calls would
    // be counted by one and not by the other.
    while (true) {
        if (::ioctl(fd, SIOCINQ, &unread) != 0) return {};
        if (::ioctl(fd, SIOCOUTQ, &unacknowledged) != 0) return {};
        if (!read_raw(fd, after)) return {};
        if (after == raw) break;
        raw = after;
    }
    const auto fin = has_fin(raw.state) ? 1U : 0U;
    return SocketCounts{
        .received = raw.received - fin - static_cast<std::uint64_t>(unread),
        .sent = raw.acknowledged + static_cast<std::uint64_t>(unacknowledged),
    };
}

}  // namespace curfew::worker
