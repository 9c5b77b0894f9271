// sendfile(2) and splice(2), which replace libc's own: see README.md in this folder.
#include "descriptor_wait.h"
#include "libc_function.h"
#include "may_block.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/syscall.h>

#include <algorithm>
#include <climits>

namespace curfew {

namespace {

const LibcFunction<ssize_t(int, int, off_t*, std::size_t), system_call<SYS_sendfile>> libc_sendfile(
    "sendfile64");
const LibcFunction<ssize_t(int, off64_t*, int, off64_t*, std::size_t, unsigned),
                   system_call<SYS_splice>>
    libc_splice("splice");

/// So much of `count` can be written at once if poll() says that there is room. Sockets say so when
/// a third of their buffer is free, or more; pipes when there is room for a page.
std::size_t within_room(int fd, std::size_t count) noexcept {
    if (count <= PIPE_BUF) return count;
    int buffer = 0;
    socklen_t size = sizeof buffer;
    ::getsockopt(fd, SOL_SOCKET, SO_SNDBUF, &buffer, &size);
    return std::min(count, std::max(std::size_t{PIPE_BUF}, static_cast<std::size_t>(buffer) / 4));
}

/// sendfile() cannot be asked not to wait, so it gets no more than there is room for.
ssize_t limited_sendfile(int to, int from, off_t* offset, std::size_t count) noexcept {
    if (!may_block(to)) return libc_sendfile(to, from, offset, count);
    const int before = errno;
    DescriptorWait wait(to, POLLOUT, DescriptorWait::Known::nothing);
    std::size_t done = 0;
    do {
        if (!wait.ready()) break;
        if (done > 0 && wait.failed()) break;
        errno = before;
        const auto size = within_room(to, count - done);
        const auto sent = libc_sendfile(to, from, offset, size);
        if (sent < 0 && done == 0) return -1;
        if (sent > 0) done += static_cast<std::size_t>(sent);
        if (sent < static_cast<ssize_t>(size)) {  // the end of the file, or it does not block
            errno = before;
            return static_cast<ssize_t>(done);
        }
        wait.progressed();
    } while (done < count);
    if (done == 0) return -1;
    errno = before;
    return static_cast<ssize_t>(done);
}

/// SPLICE_F_NONBLOCK is for pipes only.
ssize_t limited_splice(int from, off64_t* from_offset, int to, off64_t* to_offset,
                       std::size_t count, unsigned flags) noexcept {
    const int before = errno;
    DescriptorWait reading(from, POLLIN, DescriptorWait::Known::nothing);
    DescriptorWait writing(to, POLLOUT, DescriptorWait::Known::nothing);
    const bool all = (flags & SPLICE_F_NONBLOCK) == 0;
    while (true) {
        if ((all || reading.is_socket()) && !reading.ready()) return -1;
        if ((all || writing.is_socket()) && !writing.ready()) return -1;
        errno = before;
        const auto moved = libc_splice(from, from_offset, to, to_offset, within_room(to, count),
                                       flags | SPLICE_F_NONBLOCK);
        if (moved >= 0 || errno != EAGAIN || !all) return moved;
        // Another thread was faster, or one of the two does not block.
        if (!reading.again() || !writing.again()) return -1;
    }
}

}  // namespace

}  // namespace curfew

extern "C" {

// Defined by their symbols, because headers may rename one to the other.
ssize_t sendfile_of_libc(int to, int from, off_t* offset, std::size_t count) __asm__("sendfile");
ssize_t sendfile64_of_libc(int to, int from, off_t* offset,
                           std::size_t count) __asm__("sendfile64");

ssize_t sendfile_of_libc(int to, int from, off_t* offset, std::size_t count) {
    using namespace curfew;
    return unlimited() ? libc_sendfile(to, from, offset, count)
                       : limited_sendfile(to, from, offset, count);
}

ssize_t sendfile64_of_libc(int to, int from, off_t* offset, std::size_t count) {
    return sendfile_of_libc(to, from, offset, count);
}

ssize_t splice(int from, off64_t* from_offset, int to, off64_t* to_offset, std::size_t count,
               unsigned flags) {
    using namespace curfew;
    return unlimited() ? libc_splice(from, from_offset, to, to_offset, count, flags)
                       : limited_splice(from, from_offset, to, to_offset, count, flags);
}

}  // extern "C"
