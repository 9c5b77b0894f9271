// write(2) and writev(2), which replace libc's own: see README.md in this folder.
#include "../context/disk_files.h"
#include "libc_function.h"
#include "send_all.h"

#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/uio.h>

#include <algorithm>
#include <climits>

namespace curfew {

namespace {

const LibcFunction<ssize_t(int, const void*, std::size_t), system_call<SYS_write>> libc_write(
    "write");
const LibcFunction<ssize_t(int, const iovec*, int), system_call<SYS_writev>> libc_writev("writev");

/// For what cannot be asked not to wait: terminals, some files, pipes before Linux 6.5. If poll()
/// says that there is room, there is room for PIPE_BUF bytes.
ssize_t write_after_poll(DescriptorWait& wait, int fd, const iovec* buffers, int count) noexcept {
    if (wait.is_socket()) {
        msghdr message{};
        message.msg_iov = const_cast<iovec*>(buffers);
        message.msg_iovlen = static_cast<std::size_t>(count);
        return ::sendmsg(fd, &message, 0);
    }
    if (wait.must_block()) return libc_writev(fd, buffers, count);
    const int before = errno;
    Buffers left(buffers, static_cast<std::size_t>(count));
    ssize_t done = 0;
    while (!left.empty() && wait.ready()) {
        const auto* list = left.data();
        const auto number = static_cast<int>(left.count());
        while (list->iov_len == 0) ++list;
        const auto sent =
            total(left.data(), left.count()) <= PIPE_BUF
                ? libc_writev(fd, left.data(), number)
                : libc_write(fd, list->iov_base, std::min(list->iov_len, std::size_t{PIPE_BUF}));
        if (sent < 0) break;
        done += sent;
        left.skip(static_cast<std::size_t>(sent));
        wait.progressed();
    }
    if (done == 0 && !left.empty()) return -1;
    errno = before;
    return done;
}

ssize_t limited_write(int fd, const iovec* buffers, int count) noexcept {
    const int before = errno;
    DescriptorWait wait(fd, POLLOUT, DescriptorWait::Known::nothing);
    bool refused = false;
    const auto written = send_all(wait, buffers, static_cast<std::size_t>(count),
                                  [&](const iovec* list, std::size_t number, ssize_t done) {
                                      if (wait.must_block())
                                          return libc_writev(fd, list, static_cast<int>(number));
                                      const auto sent = ::pwritev2(
                                          fd, list, static_cast<int>(number), -1, RWF_NOWAIT);
                                      if (sent < 0 && done == 0)
                                          refused = errno == EOPNOTSUPP || errno == ENOSYS;
                                      return sent;
                                  });
    if (!refused) [[likely]]
        return written;
    errno = before;
    return write_after_poll(wait, fd, buffers, count);
}

}  // namespace

}  // namespace curfew

extern "C" {

ssize_t write(int fd, const void* buffer, std::size_t size) {
    using namespace curfew;
    // Of nothing it does not wait, but may have an effect.
    if (unlimited() || size == 0 || disk_files.has(fd)) return libc_write(fd, buffer, size);
    const iovec all{.iov_base = const_cast<void*>(buffer), .iov_len = size};
    return limited_write(fd, &all, 1);
}

ssize_t writev(int fd, const iovec* buffers, int count) {
    using namespace curfew;
    const bool valid = count > 0 && count <= IOV_MAX;
    return unlimited() || !valid || disk_files.has(fd) ? libc_writev(fd, buffers, count)
                                                       : limited_write(fd, buffers, count);
}

}  // extern "C"
