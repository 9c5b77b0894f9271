#include "worker/clients/lingering.h"

#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cerrno>

namespace curfew::worker {

namespace {

using std::chrono::seconds;

/// A client that has read `Connection: close` closes as soon as it has the response.
constexpr Duration quiet_of_silent = seconds(1);

/// A client that is sending reads the response only afterwards, and its network may pause.
constexpr Duration quiet_of_sending = seconds(5);

constexpr Duration longest = seconds(30);
constexpr Duration longest_when_leaving = seconds(5);

/// Only a malicious client sends so much after the end.
constexpr std::uint64_t most_bytes = 1 << 30;

}  // namespace

void Lingering::begin(Client client, bool leaving, Deadline::Clock::time_point now) noexcept {
    quiet_ = client == Client::sending ? quiet_of_sending : quiet_of_silent;
    end_ = Deadline::after(now, leaving ? longest_when_leaving : longest);
    dropped_ = 0;
}

void Lingering::hurry(Deadline::Clock::time_point now) noexcept {
    end_ = std::min(end_, Deadline::after(now, longest_when_leaving));
}

Lingering::Input Lingering::drop_input(int fd) noexcept {
    std::array<char, 64 << 10> ignored;
    // With MSG_TRUNC TCP drops the bytes without copying them; a Unix socket copies.
    const auto count = ::recv(fd, ignored.data(), ignored.size(), MSG_DONTWAIT | MSG_TRUNC);
    if (count < 0) return errno == EAGAIN || errno == EINTR ? Input::none : Input::over;
    dropped_ += static_cast<std::uint64_t>(count);
    return count > 0 && dropped_ <= most_bytes ? Input::some : Input::over;
}

Duration Lingering::read_timeout(Deadline::Clock::time_point now) const noexcept {
    return std::min(quiet_, end_.remaining(now));
}

}  // namespace curfew::worker
