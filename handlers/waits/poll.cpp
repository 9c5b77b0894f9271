// poll(2), which replaces libc's own: see README.md in this folder.
#include "libc.h"

#include <poll.h>

namespace curfew {

namespace {

/// The deadline of poll()'s timeout. A timeout of 0, which only looks, has a deadline in the past.
Deadline asked_by(int milliseconds) noexcept {
    if (milliseconds == 0) return Deadline::at({});
    return milliseconds < 0 ? Deadline::never()
                            : Deadline::in(std::chrono::milliseconds(milliseconds));
}

}  // namespace

}  // namespace curfew

extern "C" {

int poll(pollfd* fds, nfds_t count, int milliseconds) {
    using namespace curfew;
    static const auto real = libc_definition<decltype(&::poll)>("poll");
    if (unlimited() && (current_context.killed_at == nullptr || milliseconds <= 0)) {
        return real(fds, count, milliseconds);
    }
    const auto asked = asked_by(milliseconds);
    if (unlimited(asked)) return real(fds, count, milliseconds);
    return limited_poll(fds, count, asked);
}

/// poll() of code that was compiled with _FORTIFY_SOURCE.
int __poll_chk(pollfd* fds, nfds_t count, int milliseconds, std::size_t) {
    return poll(fds, count, milliseconds);
}

}  // extern "C"
