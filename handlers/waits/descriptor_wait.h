#pragma once

#include "libc.h"

#include <cerrno>

namespace curfew {

/// The waits of a call on a descriptor that has been tried without waiting, and would have to wait.
/// Making one costs nothing; what the descriptor is gets known when it has to wait.
class DescriptorWait {
  public:
    /// What the caller knows of the descriptor.
    enum class Known { nothing, socket, blocking_socket };

    /// `events`: POLLIN or POLLOUT. `own`: the end of a timeout that the call itself has.
    DescriptorWait(int fd, short events, Known known, Deadline own = Deadline::never()) noexcept
        : fd_(fd), events_(events), known_(known), own_(own) {}

    /// True, with errno, if the limit has passed and the call would block if there were nothing to
    /// read. Then it is not to be tried: a peer that never pauses would hold its reader for ever.
    [[nodiscard]] bool too_late() noexcept {
        return expired_lately() && may_be_endless() && give_up();
    }

    /// Called with the error of the try. True: try again. False: that is the call's result, and
    /// errno says why. It is the try's own error if the descriptor does not block, or if its
    /// timeout has passed (SO_RCVTIMEO, SO_SNDTIMEO). At the deadline it is ETIMEDOUT for sockets,
    /// EIO for others.
    [[nodiscard]] bool again() noexcept;

    /// For a call that cannot be asked not to wait: true when it need not wait, or never does.
    /// Another thread or process may be faster, and then the call blocks. False, with errno, as
    /// again().
    [[nodiscard]] bool ready() noexcept;

    /// The last try got something done, and there is more to do.
    void progressed() noexcept { tries_ = 0; }

    /// True if again() has found a file on a disk. The next try then is the plain call, which may
    /// block, because nothing tells when the disk will be ready.
    [[nodiscard]] bool must_block() const noexcept { return kind_ == Kind::file; }

    [[nodiscard]] bool is_socket() noexcept { return look() == Kind::socket; }

    /// Whether it was opened, or set, to block.
    [[nodiscard]] bool blocks() const noexcept;

    /// True if the last wait has ended because there will be nothing more: the other end has
    /// closed, or the connection has failed.
    [[nodiscard]] bool ended() const noexcept;
    [[nodiscard]] bool failed() const noexcept;

  private:
    enum class Kind { unknown, socket, pipe, file, other };

    [[nodiscard]] Kind look() noexcept;
    [[nodiscard]] bool may_be_endless() noexcept;
    bool give_up() noexcept;
    void pause() noexcept;

    int fd_;
    short events_;
    short found_ = 0;
    Known known_;
    Kind kind_ = Kind::unknown;
    bool begun_ = false;
    unsigned tries_ = 0;
    Deadline own_;
};

/// Makes a call that `attempt` makes without waiting: again and again until it does not fail with
/// EAGAIN, or the limit has passed. For calls that do all of their work at once.
template <typename Attempt>
auto call_when_ready(DescriptorWait wait, Attempt attempt) {
    const int before = errno;
    decltype(attempt()) result = -1;
    if (wait.too_late()) return result;
    result = attempt();
    if (result >= 0 || errno != EAGAIN) [[likely]]
        return result;
    while (wait.again()) {
        result = attempt();
        if (result >= 0) errno = before;
        if (result >= 0 || errno != EAGAIN) return result;
    }
    return result;
}

}  // namespace curfew
