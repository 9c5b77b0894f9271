#include "limited_poll.h"

#include "copies.h"
#include "kernel_wait.h"
#include "late_wait.h"

#include <poll.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <new>
#include <vector>

namespace curfew {

namespace {

/// How often a parked fiber lets the signals come that its mask does not block.
constexpr Duration between_signals = std::chrono::milliseconds(5);

/// How a fiber waits: it polls without waiting, and lets other fibers run until a descriptor may be
/// ready.
int parked_wait(Parking& parking, pollfd* fds, nfds_t count, Deadline deadline,
                const sigset_t* mask) {
    while (true) {
        const int ready = count > 0 || mask ? kernel_wait(fds, count, Deadline::at({}), mask) : 0;
        if (ready != 0 || deadline.passed()) return ready;
        parking.wait(fds, count,
                     mask ? std::min(deadline, Deadline::in(between_signals)) : deadline);
    }
}

/// Waits for the descriptors that were asked for, and for the token.
int cancellable_wait(pollfd* fds, nfds_t count, Deadline deadline, const sigset_t* mask) {
    CancelToken* const token = current_context.token_ends_waits ? current_context.token : nullptr;
    const auto wait = [deadline, mask](pollfd* all, nfds_t number) {
        // A copy of the worker has no event loop that could resume a fiber, so it blocks.
        return current_context.parking && !is_copy()
                   ? parked_wait(*current_context.parking, all, number, deadline, mask)
                   : kernel_wait(all, number, deadline, mask);
    };
    if (!token) return wait(fds, count);

    std::array<pollfd, 8> few;
    std::vector<pollfd> many;
    pollfd* all = few.data();
    if (count >= few.size()) {
        many.resize(count + 1);
        all = many.data();
    }
    std::copy_n(fds, count, all);
    all[count] = {.fd = token->fd(), .events = POLLIN, .revents = 0};
    const int ready = wait(all, count + 1);
    for (nfds_t i = 0; i < count; ++i) fds[i].revents = all[i].revents;
    return ready > 0 && all[count].revents != 0 ? ready - 1 : ready;
}

}  // namespace

/// No exception may leave it: the callers are C libraries.
int limited_poll(pollfd* fds, nfds_t count, Deadline asked, const sigset_t* mask) noexcept {
    if (current_context.expired()) {
        for (nfds_t i = 0; i < count; ++i) fds[i].revents = 0;
        return 0;
    }
    try {
        const auto end = current_context.postponed(std::min(asked, current_context.deadline));
        const int ready = cancellable_wait(fds, count, end, mask);
        // It may have ended at the limit of a function that has ended meanwhile.
        if (ready != 0 || !current_context.lose_borrowed_limit()) {
            if (ready == 0) note_wait("poll");
            return ready;
        }
        return cancellable_wait(fds, count, asked, mask);
    } catch (const std::bad_alloc&) {
        errno = ENOMEM;
        return -1;
    }
}

}  // namespace curfew
