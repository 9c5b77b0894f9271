#pragma once

#include "handlers/base/deadline.h"

#include <cstddef>
#include <cstdint>

namespace curfew::worker {

/// The last part of a connection: everything is said, and what the client still sends is read and
/// dropped until it closes its side. Closing with input unread, or before more of it comes, makes
/// the kernel send a reset, which can destroy the response on its way (RFC 9112 section 9.6).
///
/// Three bounds: silence of the client, time in all, bytes in all.
class Lingering {
  public:
    enum class Client {
        silent,   ///< may close at any moment
        sending,  ///< is in the midst of a body that nobody wants
    };

    /// `leaving`: the worker is on its way out and waits for this connection.
    void begin(Client client, bool leaving, Deadline::Clock::time_point now) noexcept;

    /// The worker is on its way out.
    void hurry(Deadline::Clock::time_point now) noexcept;

    enum class Input {
        none,
        some,
        over,  ///< the client has closed its side, or has sent more than it is worth
    };

    /// Drops some of what has arrived.
    [[nodiscard]] Input drop_input(int fd) noexcept;

    /// How long the client may be silent from now on; zero: its time is up.
    [[nodiscard]] Duration patience(Deadline::Clock::time_point now) const noexcept;

  private:
    Duration quiet_ = Duration::zero();
    Deadline end_ = Deadline::never();
    std::uint64_t dropped_ = 0;
};

}  // namespace curfew::worker
