// send(2) and its relatives, which replace libc's own: see README.md in this folder.
#include "libc_function.h"
#include "readiness.h"
#include "send_all.h"

#include <sys/socket.h>
#include <sys/syscall.h>

#include <algorithm>

namespace curfew {

namespace {

const LibcFunction<ssize_t(int, const void*, std::size_t, int, const sockaddr*, socklen_t),
                   system_call<SYS_sendto>>
    libc_sendto("sendto");
const LibcFunction<ssize_t(int, const msghdr*, int), system_call<SYS_sendmsg>> libc_sendmsg(
    "sendmsg");
const LibcFunction<int(int, mmsghdr*, unsigned, int), system_call<SYS_sendmmsg>> libc_sendmmsg(
    "sendmmsg");

/// True if the flags say how the call waits: not at all, or for the connection that it makes, which
/// no limit ends.
bool has_own_way(int flags) noexcept { return (flags & (MSG_DONTWAIT | MSG_FASTOPEN)) != 0; }

/// All of a message from `done` bytes on: nothing of it was sent if that is 0.
ssize_t limited_sendmsg(int fd, const msghdr& message, int flags) noexcept {
    DescriptorWait wait(fd, POLLOUT, DescriptorWait::Known::socket);
    return send_all(wait, message.msg_iov, message.msg_iovlen,
                    [&](const iovec* list, std::size_t count, ssize_t done) {
                        if (done == 0) return libc_sendmsg(fd, &message, flags | MSG_DONTWAIT);
                        // Only streams are sent in parts. The first one had the address, and the
                        // descriptors that come with the message.
                        msghdr rest{};
                        rest.msg_iov = const_cast<iovec*>(list);
                        rest.msg_iovlen = count;
                        return libc_sendmsg(fd, &rest, flags | MSG_DONTWAIT);
                    });
}

ssize_t limited_sendto(int fd, const void* buffer, std::size_t size, int flags, const sockaddr* to,
                       socklen_t length) noexcept {
    DescriptorWait wait(fd, POLLOUT, DescriptorWait::Known::socket);
    const iovec all{.iov_base = const_cast<void*>(buffer), .iov_len = size};
    return send_all(wait, &all, 1, [&](const iovec* list, std::size_t, ssize_t) {
        return libc_sendto(fd, list->iov_base, list->iov_len, flags | MSG_DONTWAIT, to, length);
    });
}

/// As many messages as can be sent at once, then the rest one by one.
int limited_sendmmsg(int fd, mmsghdr* messages, unsigned count, int flags) noexcept {
    const int before = errno;
    const int at_once = libc_sendmmsg(fd, messages, count, flags | MSG_DONTWAIT);
    if (at_once < 0 && errno != EAGAIN) return at_once;
    errno = before;
    auto done = static_cast<unsigned>(std::max(at_once, 0));
    if (done > 0) {
        auto& last = messages[done - 1];
        msghdr rest = last.msg_hdr;
        Buffers left(rest.msg_iov, rest.msg_iovlen);
        left.skip(last.msg_len);
        while (!left.empty()) {
            rest = {};
            rest.msg_iov = const_cast<iovec*>(left.data());
            rest.msg_iovlen = left.count();
            const auto sent = limited_sendmsg(fd, rest, flags);
            if (sent <= 0) return static_cast<int>(done);
            last.msg_len += static_cast<unsigned>(sent);
            left.skip(static_cast<std::size_t>(sent));
        }
    }
    for (; done < count; ++done) {
        const auto sent = limited_sendmsg(fd, messages[done].msg_hdr, flags);
        if (sent < 0) break;
        messages[done].msg_len = static_cast<unsigned>(sent);
        if (static_cast<std::size_t>(sent) <
            total(messages[done].msg_hdr.msg_iov, messages[done].msg_hdr.msg_iovlen))
            return static_cast<int>(done + 1);
    }
    if (done == 0 && count > 0) return -1;
    errno = before;
    return static_cast<int>(done);
}

}  // namespace

}  // namespace curfew

extern "C" {

ssize_t sendto(int fd, const void* buffer, std::size_t size, int flags, const sockaddr* to,
               socklen_t length) {
    using namespace curfew;
    if (unlimited()) return libc_sendto(fd, buffer, size, flags, to, length);
    return has_own_way(flags) ? or_failure(libc_sendto(fd, buffer, size, flags, to, length))
                              : limited_sendto(fd, buffer, size, flags, to, length);
}

ssize_t send(int fd, const void* buffer, std::size_t size, int flags) {
    return sendto(fd, buffer, size, flags, nullptr, 0);
}

ssize_t sendmsg(int fd, const msghdr* message, int flags) {
    using namespace curfew;
    if (unlimited()) return libc_sendmsg(fd, message, flags);
    return has_own_way(flags) ? or_failure(libc_sendmsg(fd, message, flags))
                              : limited_sendmsg(fd, *message, flags);
}

int sendmmsg(int fd, mmsghdr* messages, unsigned count, int flags) {
    using namespace curfew;
    return unlimited() || has_own_way(flags) ? libc_sendmmsg(fd, messages, count, flags)
                                             : limited_sendmmsg(fd, messages, count, flags);
}

}  // extern "C"
