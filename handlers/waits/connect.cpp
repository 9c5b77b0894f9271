// connect(2) and accept(2), which replace libc's own: see README.md in this folder.
#include "descriptor_wait.h"
#include "libc_function.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/syscall.h>

namespace curfew {

namespace {

const LibcFunction<int(int, const sockaddr*, socklen_t), system_call<SYS_connect>> libc_connect(
    "connect");
const LibcFunction<int(int, sockaddr*, socklen_t*, int), system_call<SYS_accept4>> libc_accept4(
    "accept4");

using Known = DescriptorWait::Known;

/// A socket that blocks, made not to block for a scope: the socket is the caller's alone, because
/// it is not connected yet.
class NonBlockingScope {
  public:
    NonBlockingScope(int fd, int flags) noexcept : fd_(fd), flags_(flags) {
        set_ = ::fcntl(fd_, F_SETFL, flags_ | O_NONBLOCK) == 0;
    }
    ~NonBlockingScope() {
        const int saved = errno;
        if (set_) ::fcntl(fd_, F_SETFL, flags_);
        errno = saved;
    }
    NonBlockingScope(const NonBlockingScope&) = delete;
    NonBlockingScope& operator=(const NonBlockingScope&) = delete;

  private:
    int fd_;
    int flags_;
    bool set_;
};

/// True if connecting goes on without its caller. A Unix socket cannot do that: where the other end
/// has no room for it, it is to be tried again.
bool under_way(int error) noexcept {
    return error == EINPROGRESS || error == EALREADY || error == EAGAIN;
}

/// The second connect() has the result of the first one. It also leaves the socket as one that
/// blocks would be: after a refusal it can be tried again.
int limited_connect(int fd, const sockaddr* to, socklen_t length) noexcept {
    const int before = errno;
    const int flags = ::fcntl(fd, F_GETFL);
    if (flags < 0 || (flags & O_NONBLOCK)) {
        errno = before;
        return libc_connect(fd, to, length);
    }
    const NonBlockingScope scope(fd, flags);
    int result = libc_connect(fd, to, length);
    if (result == 0 || !under_way(errno)) return result;
    DescriptorWait wait(fd, POLLOUT, Known::blocking_socket);
    while (wait.again()) {
        result = libc_connect(fd, to, length);
        if (result != 0 && under_way(errno)) continue;
        if (result != 0 && errno != EISCONN) return result;
        errno = before;
        return 0;
    }
    return -1;
}

/// Another kind of socket is an error, and nothing to wait for.
bool listens(int fd) noexcept {
    int answer = 0;
    socklen_t size = sizeof answer;
    return ::getsockopt(fd, SOL_SOCKET, SO_ACCEPTCONN, &answer, &size) == 0 && answer != 0;
}

/// accept() cannot be asked not to wait, and the socket may be others' as well, so it stays one
/// that blocks.
int limited_accept(int fd, sockaddr* from, socklen_t* length, int flags) noexcept {
    const int before = errno;
    DescriptorWait wait(fd, POLLIN, Known::socket);
    if (listens(fd) && !wait.ready()) return -1;
    errno = before;
    return libc_accept4(fd, from, length, flags);
}

}  // namespace

}  // namespace curfew

extern "C" {

int connect(int fd, const sockaddr* to, socklen_t length) {
    using namespace curfew;
    return unlimited() ? libc_connect(fd, to, length) : limited_connect(fd, to, length);
}

int accept4(int fd, sockaddr* from, socklen_t* length, int flags) {
    using namespace curfew;
    return unlimited() ? libc_accept4(fd, from, length, flags)
                       : limited_accept(fd, from, length, flags);
}

int accept(int fd, sockaddr* from, socklen_t* length) { return accept4(fd, from, length, 0); }

}  // extern "C"
