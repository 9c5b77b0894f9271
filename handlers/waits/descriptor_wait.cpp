#include "descriptor_wait.h"

#include "readiness.h"

#include "../context/disk_files.h"
#include "../context/kernel_wait.h"
#include "may_block.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/stat.h>

#include <algorithm>
#include <chrono>

namespace curfew {

namespace {

/// The end of the socket's own timeout, if it has one.
Deadline own_timeout(int fd, short events) noexcept {
    timeval time{};
    socklen_t size = sizeof time;
    const int option = (events & POLLOUT) ? SO_SNDTIMEO : SO_RCVTIMEO;
    if (::getsockopt(fd, SOL_SOCKET, option, &time, &size) != 0) return Deadline::never();
    const auto duration =
        std::chrono::seconds(time.tv_sec) + std::chrono::microseconds(time.tv_usec);
    return duration == Duration::zero() ? Deadline::never() : Deadline::in(duration);
}

}  // namespace

DescriptorWait::Kind DescriptorWait::look() noexcept {
    if (kind_ != Kind::unknown) return kind_;
    if (known_ != Known::nothing) return kind_ = Kind::socket;
    struct stat status {};
    if (::fstat(fd_, &status) != 0) return kind_ = Kind::other;
    const auto type = status.st_mode & S_IFMT;
    if (type == S_IFSOCK) return kind_ = Kind::socket;
    if (type == S_IFIFO) return kind_ = Kind::pipe;
    if (may_block(status)) return kind_ = Kind::other;
    disk_files.add(fd_);
    return kind_ = Kind::file;
}

bool DescriptorWait::blocks() const noexcept {
    if (known_ == Known::blocking_socket) return true;
    const int flags = ::fcntl(fd_, F_GETFL);
    return flags >= 0 && (flags & O_NONBLOCK) == 0;
}

/// A descriptor can be ready and the call would wait all the same: another thread was faster, or
/// poll() looks for something else, as for a datagram to a Unix socket that has no room.
void DescriptorWait::pause() noexcept {
    constexpr Duration shortest = std::chrono::microseconds(100);
    constexpr unsigned most_doublings = 4;
    limited_poll(nullptr, 0, Deadline::in(shortest * (1 << std::min(tries_ - 1, most_doublings))));
}

bool DescriptorWait::may_be_endless() noexcept {
    return (look() == Kind::socket || look() == Kind::pipe) && blocks();
}

bool DescriptorWait::give_up() noexcept {
    errno = is_socket() ? ETIMEDOUT : EIO;
    return true;
}

bool DescriptorWait::again() noexcept {
    const int error = errno;
    if (look() == Kind::file) return tries_++ == 0;
    if (!begun_) {
        begun_ = true;
        if (!blocks()) {
            own_ = Deadline::at({});
        } else if (is_socket()) {
            own_ = std::min(own_, own_timeout(fd_, events_));
        }
    }
    if (own_.passed()) {
        errno = error;
        if (is_socket()) or_failure(-1);
        return false;
    }
    if (tries_++ > 0) pause();
    pollfd wanted{.fd = fd_, .events = events_, .revents = 0};
    const int ready = limited_poll(&wanted, 1, own_);
    found_ = wanted.revents;
    if (ready == 0) {
        const bool by_itself = own_.passed() && !current_context.expired();
        give_up();
        if (by_itself) errno = error;
    }
    return ready > 0;
}

bool DescriptorWait::ready() noexcept {
    pollfd wanted{.fd = fd_, .events = events_, .revents = 0};
    if (kernel_wait(&wanted, 1, Deadline::at({})) != 0 || !blocks()) {
        found_ = wanted.revents;
        return true;
    }
    errno = EAGAIN;
    return again();
}

bool DescriptorWait::ended() const noexcept {
    return (found_ & (POLLERR | POLLHUP | POLLRDHUP | POLLNVAL)) != 0;
}

bool DescriptorWait::failed() const noexcept { return (found_ & POLLERR) != 0; }

}  // namespace curfew
