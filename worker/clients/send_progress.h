#pragma once

namespace curfew::worker {

/// Whether a client still takes what it is sent. Progress is what it acknowledges (TCP), or reads
/// (a Unix socket): a socket can be written again only when a third of its buffer is free, for
/// which a slow client may need minutes.
class SendProgress {
  public:
    /// From here on counts what is acknowledged of what the socket has now.
    void blocked(int fd) noexcept { unacknowledged_ = unacknowledged(fd); }

    /// The same without looking, which costs a system call: made() is true once if anything is left
    /// to acknowledge by then.
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
