// recv(2) and its relatives, which replace libc's own: see README.md in this folder.
#include "buffers.h"
#include "descriptor_wait.h"
#include "libc_function.h"
#include "readiness.h"

#include "../base/timespec.h"

#include <poll.h>
#include <sys/socket.h>
#include <sys/syscall.h>

namespace curfew {

namespace {

const LibcFunction<ssize_t(int, void*, std::size_t, int, sockaddr*, socklen_t*),
                   system_call<SYS_recvfrom>>
    libc_recvfrom("recvfrom");
const LibcFunction<ssize_t(int, msghdr*, int), system_call<SYS_recvmsg>> libc_recvmsg("recvmsg");
const LibcFunction<int(int, mmsghdr*, unsigned, int, timespec*), system_call<SYS_recvmmsg>>
    libc_recvmmsg("recvmmsg");

constexpr auto socket = DescriptorWait::Known::socket;

/// With these flags the call does not wait.
constexpr int never_waits = MSG_DONTWAIT | MSG_ERRQUEUE | MSG_OOB;

bool is_stream(int fd) noexcept {
    int type = 0;
    socklen_t size = sizeof type;
    return ::getsockopt(fd, SOL_SOCKET, SO_TYPE, &type, &size) == 0 && type == SOCK_STREAM;
}

/// With MSG_WAITALL: waits until the buffers are full. As the kernel does, it returns what it has
/// when the stream ends, fails, or the time is over; and a message that came with descriptors ends
/// the call.
class ReceiveAll {
  public:
    ReceiveAll(int fd, msghdr& message, int flags) noexcept
        : fd_(fd), message_(message), flags_(flags), left_(message.msg_iov, message.msg_iovlen) {}

    ssize_t operator()() noexcept {
        const int before = errno;
        if (wait_.too_late()) return -1;
        auto got = libc_recvmsg(fd_, &message_, flags_ | MSG_DONTWAIT);
        while (got < 0 && errno == EAGAIN && wait_.again())
            got = libc_recvmsg(fd_, &message_, flags_ | MSG_DONTWAIT);
        if (got < 0) return got;
        size_ = total(message_.msg_iov, message_.msg_iovlen);
        const bool whole = static_cast<std::size_t>(got) >= size_;
        if (got > 0 && !whole && message_.msg_controllen == 0 && is_stream(fd_))
            got = (flags_ & MSG_PEEK) ? peek_more(got) : receive_more(got);
        errno = before;
        return got;
    }

  private:
    ssize_t receive_more(ssize_t got) noexcept {
        left_.skip(static_cast<std::size_t>(got));
        while (!left_.empty()) {
            wait_.progressed();
            ssize_t more = -1;
            do {
                errno = EAGAIN;
                // An error is for the next call.
                if (!wait_.again() || wait_.failed()) return got;
                more = receive(left_);
            } while (more < 0 && errno == EAGAIN);
            if (more <= 0) return got;
            got += more;
            left_.skip(static_cast<std::size_t>(more));
        }
        return got;
    }

    /// What was seen stays there, so poll() says at once that there is something.
    ssize_t peek_more(ssize_t got) noexcept {
        while (static_cast<std::size_t>(got) < size_) {
            errno = EAGAIN;
            if (!wait_.again()) return got;
            const bool last = wait_.ended();
            const auto seen = receive(left_);
            if (seen > 0) got = seen;
            if (seen <= 0 || last) return got;
        }
        return got;
    }

    ssize_t receive(const Buffers& buffers) noexcept {
        msghdr more{};
        more.msg_iov = const_cast<iovec*>(buffers.data());
        more.msg_iovlen = buffers.count();
        return libc_recvmsg(fd_, &more, flags_ | MSG_DONTWAIT);
    }

    int fd_;
    msghdr& message_;
    int flags_;
    Buffers left_;
    std::size_t size_ = 0;
    DescriptorWait wait_{fd_, POLLIN | POLLRDHUP, socket};
};

ssize_t limited_recvfrom(int fd, void* buffer, std::size_t size, int flags, sockaddr* from,
                         socklen_t* length) noexcept {
    if (!(flags & MSG_WAITALL)) [[likely]] {
        return call_when_ready(DescriptorWait(fd, POLLIN, socket), [=] {
            return libc_recvfrom(fd, buffer, size, flags | MSG_DONTWAIT, from, length);
        });
    }
    iovec all{.iov_base = buffer, .iov_len = size};
    msghdr message{};
    message.msg_iov = &all;
    message.msg_iovlen = 1;
    message.msg_name = length ? from : nullptr;
    message.msg_namelen = length ? *length : 0;
    const auto got = ReceiveAll(fd, message, flags)();
    if (got >= 0 && from && length) *length = message.msg_namelen;
    return got;
}

/// recvmmsg() waits for all messages, or for one. Its timeout is heeded while it waits, which the
/// kernel does not do.
int limited_recvmmsg(int fd, mmsghdr* messages, unsigned count, int flags, Deadline own) noexcept {
    const int before = errno;
    DescriptorWait wait(fd, POLLIN, socket, own);
    if (wait.too_late()) return -1;
    unsigned done = 0;
    while (true) {
        const int got = libc_recvmmsg(fd, messages + done, count - done,
                                      (flags & ~MSG_WAITFORONE) | MSG_DONTWAIT, nullptr);
        if (got > 0) {
            done += static_cast<unsigned>(got);
            wait.progressed();
            errno = EAGAIN;
        }
        const bool enough = done == count || (done > 0 && (flags & MSG_WAITFORONE));
        if (enough || errno != EAGAIN || !wait.again()) break;
    }
    if (done == 0 && count > 0) return -1;
    errno = before;
    return static_cast<int>(done);
}

}  // namespace

}  // namespace curfew

extern "C" {

ssize_t recvfrom(int fd, void* buffer, std::size_t size, int flags, sockaddr* from,
                 socklen_t* length) {
    using namespace curfew;
    if (unlimited()) return libc_recvfrom(fd, buffer, size, flags, from, length);
    return (flags & never_waits) ? or_failure(libc_recvfrom(fd, buffer, size, flags, from, length))
                                 : limited_recvfrom(fd, buffer, size, flags, from, length);
}

ssize_t recv(int fd, void* buffer, std::size_t size, int flags) {
    return recvfrom(fd, buffer, size, flags, nullptr, nullptr);
}

ssize_t recvmsg(int fd, msghdr* message, int flags) {
    using namespace curfew;
    if (unlimited()) return libc_recvmsg(fd, message, flags);
    if (flags & never_waits) return or_failure(libc_recvmsg(fd, message, flags));
    if (flags & MSG_WAITALL) return ReceiveAll(fd, *message, flags)();
    return call_when_ready(DescriptorWait(fd, POLLIN, curfew::socket),
                           [=] { return libc_recvmsg(fd, message, flags | MSG_DONTWAIT); });
}

int recvmmsg(int fd, mmsghdr* messages, unsigned count, int flags, timespec* timeout) {
    using namespace curfew;
    if (unlimited() || (flags & never_waits))
        return libc_recvmmsg(fd, messages, count, flags, timeout);
    if (!timeout) return limited_recvmmsg(fd, messages, count, flags, Deadline::never());
    const auto end = Deadline::in(to_duration(*timeout));
    const int got = limited_recvmmsg(fd, messages, count, flags, end);
    *timeout = to_timespec(end.remaining());
    return got;
}

// Those of code that was compiled with _FORTIFY_SOURCE.

ssize_t __recv_chk(int fd, void* buffer, std::size_t size, std::size_t room, int flags) {
    if (size > room) __chk_fail();
    return recv(fd, buffer, size, flags);
}

ssize_t __recvfrom_chk(int fd, void* buffer, std::size_t size, std::size_t room, int flags,
                       sockaddr* from, socklen_t* length) {
    if (size > room) __chk_fail();
    return recvfrom(fd, buffer, size, flags, from, length);
}

}  // extern "C"
