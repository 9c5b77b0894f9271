#include "worker/http/queue_time.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include <algorithm>
#include <charconv>

namespace curfew::worker {

namespace {

constexpr Duration tick = std::chrono::milliseconds(10);

/// A Duration cannot hold much more.
constexpr std::chrono::hours latest(24 * 365 * 280);

/// The unit, in seconds, in which a number of that size counts the time since 1970. The bounds are
/// right for all times from 1973 on, and for the next centuries.
double unit_of(double number) noexcept {
    if (number >= 1e14) return 1e-6;
    if (number >= 1e11) return 1e-3;
    return 1;
}

}  // namespace

Duration since_last_arrival(int socket) noexcept {
    tcp_info info{};
    socklen_t size = sizeof info;
    if (::getsockopt(socket, IPPROTO_TCP, TCP_INFO, &info, &size) != 0) return Duration::zero();
    const Duration since = std::chrono::milliseconds(info.tcpi_last_data_recv);
    return std::max(since - tick, Duration::zero());
}

std::optional<Duration> since_request_start(std::string_view value, Duration now) noexcept {
    if (value.starts_with("t=")) value.remove_prefix(2);
    const auto* const end = value.data() + value.size();
    double number = 0;
    const auto [rest, error] = std::from_chars(value.data(), end, number, std::chars_format::fixed);
    if (error != std::errc{} || rest != end || !(number >= 0) || number > 1e17) return {};
    const std::chrono::duration<double> start(number * unit_of(number));
    if (start > latest) return {};
    return now - std::chrono::duration_cast<Duration>(start);
}

std::optional<Duration> since_request_start(std::string_view value) noexcept {
    return since_request_start(value, std::chrono::system_clock::now().time_since_epoch());
}

}  // namespace curfew::worker
