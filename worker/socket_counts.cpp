#include "worker/socket_counts.h"

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

}  // namespace

std::optional<SocketCounts> socket_counts(int fd) noexcept {
    tcp_info info{};
    socklen_t size = sizeof info;
    if (::getsockopt(fd, IPPROTO_TCP, TCP_INFO, &info, &size) != 0) return {};
    constexpr auto needed = offsetof(tcp_info, tcpi_bytes_received) + sizeof(std::uint64_t);
    int unread = 0;
    int unacknowledged = 0;
    if (size < needed || ::ioctl(fd, SIOCINQ, &unread) != 0 ||
        ::ioctl(fd, SIOCOUTQ, &unacknowledged) != 0) {
        return {};
    }
    const auto fin = has_fin(info.tcpi_state) ? 1U : 0U;
    return SocketCounts{
        .received = info.tcpi_bytes_received - fin - static_cast<std::uint64_t>(unread),
        .sent = info.tcpi_bytes_acked + static_cast<std::uint64_t>(unacknowledged),
    };
}

}  // namespace curfew::worker
