#pragma once

#include "handlers/base/deadline.h"

#include <cstddef>
#include <cstdint>

namespace curfew::worker {

/// The lingering close of a connection: the last response is sent, and what the client still sends
/// is read and dropped until it closes its side. If the server closed with unread input, or before
/// more input arrives, the kernel would send a reset, which can destroy the response on its way
/// (RFC 9112 section 9.6).
///
/// Three bounds apply: the client's silence, the whole time, and the number of bytes.
class Lingering {
  public:
    enum class Client {
        silent,   ///< may close at any moment
        sending,  ///< is sending a body that the server does not want
    };

    /// `leaving`: the worker is stopping and waits for this connection.
    void begin(Client client, bool leaving, Deadline::Clock::time_point now) noexcept;

    /// To be called when the worker begins to stop: shortens the time.
    void hurry(Deadline::Clock::time_point now) noexcept;

    enum class Input {
        none,
        some,
        over,  ///< the client has closed its side, or has sent too much
    };

    /// Drops some of what has arrived.
    [[nodiscard]] Input drop_input(int fd) noexcept;

    /// How long the client may be silent from now on; zero: its time is up.
    [[nodiscard]] Duration read_timeout(Deadline::Clock::time_point now) const noexcept;

  private:
    Duration quiet_ = Duration::zero();
    Deadline end_ = Deadline::never();
    std::uint64_t dropped_ = 0;
};

}  // namespace curfew::worker
