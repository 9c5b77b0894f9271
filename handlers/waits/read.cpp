// read(2) and readv(2), which replace libc's own: see README.md in this folder.
#include "../context/disk_files.h"
#include "buffers.h"
#include "descriptor_wait.h"
#include "libc_function.h"

#include <poll.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/uio.h>

namespace curfew {

namespace {

const LibcFunction<ssize_t(int, void*, std::size_t), system_call<SYS_read>> libc_read("read");
const LibcFunction<ssize_t(int, const iovec*, int), system_call<SYS_readv>> libc_readv("readv");

/// For what cannot be asked not to wait: some files, pipes before Linux 6.5.
ssize_t read_after_poll(DescriptorWait wait, int fd, const iovec* buffers, int count) noexcept {
    const int before = errno;
    if (wait.is_socket()) {
        msghdr message{};
        message.msg_iov = const_cast<iovec*>(buffers);
        message.msg_iovlen = static_cast<std::size_t>(count);
        return ::recvmsg(fd, &message, 0);
    }
    if (!wait.must_block() && !wait.ready()) return -1;
    errno = before;
    return libc_readv(fd, buffers, count);
}

ssize_t limited_read(int fd, const iovec* buffers, int count) noexcept {
    const int before = errno;
    DescriptorWait wait(fd, POLLIN, DescriptorWait::Known::nothing);
    if (wait.too_late()) return -1;
    auto done = ::preadv2(fd, buffers, count, -1, RWF_NOWAIT);
    if (done >= 0) [[likely]]
        return done;
    if (errno == EOPNOTSUPP || errno == ENOSYS) {
        errno = before;
        return read_after_poll(wait, fd, buffers, count);
    }
    while (errno == EAGAIN && wait.again()) {
        done = wait.must_block() ? libc_readv(fd, buffers, count)
                                 : ::preadv2(fd, buffers, count, -1, RWF_NOWAIT);
        if (done < 0) continue;
        errno = before;
        return done;
    }
    return -1;
}

}  // namespace

}  // namespace curfew

extern "C" {

ssize_t read(int fd, void* buffer, std::size_t size) {
    using namespace curfew;
    // Of nothing it does not wait, but may have an effect.
    if (unlimited() || size == 0 || disk_files.has(fd)) return libc_read(fd, buffer, size);
    const iovec all{.iov_base = buffer, .iov_len = size};
    return limited_read(fd, &all, 1);
}

ssize_t readv(int fd, const iovec* buffers, int count) {
    using namespace curfew;
    return unlimited() || disk_files.has(fd) ? libc_readv(fd, buffers, count)
                                             : limited_read(fd, buffers, count);
}

/// read() of code that was compiled with _FORTIFY_SOURCE.
ssize_t __read_chk(int fd, void* buffer, std::size_t size, std::size_t room) {
    if (size > room) __chk_fail();
    return read(fd, buffer, size);
}

}  // extern "C"
