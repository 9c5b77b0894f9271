#pragma once

#include "buffers.h"
#include "descriptor_wait.h"

#include <poll.h>

#include <cerrno>

namespace curfew {

/// Writes all of the buffers, as a call that blocks does. `attempt` writes what it can of a list of
/// buffers without waiting: attempt(list, count, done). Returns what is written by the limit, or -1
/// with the error if that is nothing.
template <typename Attempt>
ssize_t send_all(DescriptorWait& wait, const iovec* buffers, std::size_t count, Attempt attempt) {
    const int before = errno;
    Buffers left(buffers, count);
    ssize_t done = 0;
    while (true) {
        const auto sent = attempt(left.data(), left.count(), done);
        if (sent >= 0) {
            done += sent;
            left.skip(static_cast<std::size_t>(sent));
            if (left.empty()) {
                errno = before;
                return done;
            }
            wait.progressed();
            errno = EAGAIN;
        }
        if (errno != EAGAIN || !wait.again()) break;
        // What has failed meanwhile is for the next call to say.
        if (done > 0 && wait.failed()) break;
    }
    if (done == 0) return -1;
    errno = before;
    return done;
}

}  // namespace curfew
