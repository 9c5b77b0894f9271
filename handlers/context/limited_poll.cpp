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

/// Code that waits again and again after its limit would keep its thread, and all of its fibers,
/// busy. So many waits are enough for a library to return.
constexpr unsigned waits_before_pauses = 64;
constexpr Duration pause_in_vain = std::chrono::milliseconds(1);

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

/// Waits, whatever the context's limit is.
int unlimited_wait(pollfd* fds, nfds_t count, Deadline deadline, const sigset_t* mask) {
    // A copy of the worker has no event loop that could resume a fiber, so it blocks.
    return current_context.parking && !is_copy()
               ? parked_wait(*current_context.parking, fds, count, deadline, mask)
               : kernel_wait(fds, count, deadline, mask);
}

/// Waits for the descriptors that were asked for, and for the token.
int cancellable_wait(pollfd* fds, nfds_t count, Deadline deadline, const sigset_t* mask) {
    CancelToken* const token = current_context.token_ends_waits ? current_context.token : nullptr;
    if (!token) return unlimited_wait(fds, count, deadline, mask);

    std::array<pollfd, 8> few;
    std::vector<pollfd> many;
    pollfd* all = few.data();
    if (count >= few.size()) {
        many.resize(count + 1);
        all = many.data();
    }
    std::copy_n(fds, count, all);
    all[count] = {.fd = token->fd(), .events = POLLIN, .revents = 0};
    const int ready = unlimited_wait(all, count + 1, deadline, mask);
    for (nfds_t i = 0; i < count; ++i) fds[i].revents = all[i].revents;
    return ready > 0 && all[count].revents != 0 ? ready - 1 : ready;
}

}  // namespace

/// No exception may leave it: the callers are C libraries.
int limited_poll(pollfd* fds, nfds_t count, Deadline asked, const sigset_t* mask) noexcept {
    try {
        if (current_context.expired()) {
            for (nfds_t i = 0; i < count; ++i) fds[i].revents = 0;
            // Who waits again and again, although no wait waits any more, leaves time to others.
            if (++current_context.waits_in_vain > waits_before_pauses) {
                unlimited_wait(nullptr, 0, Deadline::in(pause_in_vain), nullptr);
            }
            return 0;
        }
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
