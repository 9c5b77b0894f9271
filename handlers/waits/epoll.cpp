// epoll_wait(2) and its relatives, which replace libc's own: see README.md in this folder.
#include "asked_by.h"
#include "libc_function.h"
#include "readiness.h"

#include <poll.h>
#include <sys/epoll.h>
#include <sys/syscall.h>

#include <cerrno>
#include <csignal>

namespace curfew {

namespace {

constexpr auto raw_epoll_pwait = [](int fd, epoll_event* events, int room, int milliseconds,
                                    const sigset_t* mask) {
    return ::syscall(SYS_epoll_pwait, fd, events, room, milliseconds, mask, _NSIG / 8);
};
constexpr auto raw_epoll_wait = [](int fd, epoll_event* events, int room, int milliseconds) {
    return raw_epoll_pwait(fd, events, room, milliseconds, nullptr);
};
constexpr auto raw_epoll_pwait2 = [](int fd, epoll_event* events, int room, const timespec* timeout,
                                     const sigset_t* mask) {
    return ::syscall(SYS_epoll_pwait2, fd, events, room, timeout, mask, _NSIG / 8);
};

const LibcFunction<int(int, epoll_event*, int, int), raw_epoll_wait> libc_epoll_wait("epoll_wait");
const LibcFunction<int(int, epoll_event*, int, int, const sigset_t*), raw_epoll_pwait>
    libc_epoll_pwait("epoll_pwait");
const LibcFunction<int(int, epoll_event*, int, const timespec*, const sigset_t*), raw_epoll_pwait2>
    libc_epoll_pwait2("epoll_pwait2");

/// An epoll descriptor is readable when it has events.
int limited_epoll(int fd, epoll_event* events, int room, Deadline asked,
                  const sigset_t* mask) noexcept {
    while (true) {
        const int ready = libc_epoll_pwait(fd, events, room, 0, mask);
        if (ready != 0) return ready;
        pollfd wanted{.fd = fd, .events = POLLIN, .revents = 0};
        const int found = limited_readiness(&wanted, 1, asked, mask);
        if (found <= 0) return found;
    }
}

}  // namespace

}  // namespace curfew

extern "C" {

int epoll_wait(int fd, epoll_event* events, int room, int milliseconds) {
    using namespace curfew;
    if (milliseconds == 0 || unlimited(milliseconds > 0))
        return libc_epoll_wait(fd, events, room, milliseconds);
    const auto asked = asked_by(milliseconds);
    return unlimited(asked) ? libc_epoll_wait(fd, events, room, milliseconds)
                            : limited_epoll(fd, events, room, asked, nullptr);
}

int epoll_pwait(int fd, epoll_event* events, int room, int milliseconds, const sigset_t* mask) {
    using namespace curfew;
    if (milliseconds == 0 || unlimited(milliseconds > 0))
        return libc_epoll_pwait(fd, events, room, milliseconds, mask);
    const auto asked = asked_by(milliseconds);
    return unlimited(asked) ? libc_epoll_pwait(fd, events, room, milliseconds, mask)
                            : limited_epoll(fd, events, room, asked, mask);
}

int epoll_pwait2(int fd, epoll_event* events, int room, const timespec* timeout,
                 const sigset_t* mask) {
    using namespace curfew;
    if (unlimited(timeout != nullptr)) return libc_epoll_pwait2(fd, events, room, timeout, mask);
    const auto asked = asked_by(timeout);
    return unlimited(asked) ? libc_epoll_pwait2(fd, events, room, timeout, mask)
                            : limited_epoll(fd, events, room, asked, mask);
}

}  // extern "C"
