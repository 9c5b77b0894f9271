// poll(2) and ppoll(2), which replace libc's own: see README.md in this folder.
#include "asked_by.h"
#include "libc_function.h"
#include "readiness.h"

#include <poll.h>
#include <sys/syscall.h>

#include <algorithm>
#include <csignal>

namespace curfew {

namespace {

/// Not every architecture has a system call poll.
constexpr auto raw_poll = [](pollfd* fds, nfds_t count, int milliseconds) {
    auto time = to_timespec(std::chrono::milliseconds(std::max(milliseconds, 0)));
    return ::syscall(SYS_ppoll, fds, count, milliseconds < 0 ? nullptr : &time, nullptr, 0);
};

constexpr auto raw_ppoll = [](pollfd* fds, nfds_t count, const timespec* timeout,
                              const sigset_t* mask) {
    timespec copy = timeout ? *timeout : timespec{};
    return ::syscall(SYS_ppoll, fds, count, timeout ? &copy : nullptr, mask, _NSIG / 8);
};

const LibcFunction<int(pollfd*, nfds_t, int), raw_poll> libc_poll("poll");
const LibcFunction<int(pollfd*, nfds_t, const timespec*, const sigset_t*), raw_ppoll> libc_ppoll(
    "ppoll");

}  // namespace

}  // namespace curfew

extern "C" {

int poll(pollfd* fds, nfds_t count, int milliseconds) {
    using namespace curfew;
    if (unlimited(milliseconds > 0)) return libc_poll(fds, count, milliseconds);
    const auto asked = asked_by(milliseconds);
    return unlimited(asked) ? libc_poll(fds, count, milliseconds)
                            : limited_poll_or_failure(fds, count, asked);
}

int ppoll(pollfd* fds, nfds_t count, const timespec* timeout, const sigset_t* mask) {
    using namespace curfew;
    if (unlimited(timeout != nullptr)) return libc_ppoll(fds, count, timeout, mask);
    const auto asked = asked_by(timeout);
    return unlimited(asked) ? libc_ppoll(fds, count, timeout, mask)
                            : limited_poll_or_failure(fds, count, asked, mask);
}

// Those of code that was compiled with _FORTIFY_SOURCE.

int __poll_chk(pollfd* fds, nfds_t count, int milliseconds, std::size_t room) {
    if (room / sizeof *fds < count) __chk_fail();
    return poll(fds, count, milliseconds);
}

int __ppoll_chk(pollfd* fds, nfds_t count, const timespec* timeout, const sigset_t* mask,
                std::size_t room) {
    if (room / sizeof *fds < count) __chk_fail();
    return ppoll(fds, count, timeout, mask);
}

}  // extern "C"
