#pragma once

namespace curfew::worker {

/// Tells whether a client still receives what is sent. Progress is what it acknowledges (TCP) or
/// reads (Unix socket). That the socket is writable again is no measure: that needs a third of its
/// buffer to be free, for which a slow client may need minutes.
class SendProgress {
  public:
    /// From here on, progress counts from what the socket's buffer has now.
    void blocked(int fd) noexcept { unacknowledged_ = unacknowledged(fd); }

    /// The same without the system call. The next made() is true if anything is left to acknowledge
    /// then.
    void unknown() noexcept { unacknowledged_ = not_known; }

    /// Whether the client has acknowledged anything since then, or since the last call.
    [[nodiscard]] bool made(int fd) noexcept;

  private:
    static constexpr int not_known = -1;

    /// Bytes; on a Unix socket, what the kernel keeps for them.
    [[nodiscard]] static int unacknowledged(int fd) noexcept;

    int unacknowledged_ = 0;
};

}  // namespace curfew::worker
