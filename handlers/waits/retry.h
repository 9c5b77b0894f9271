#pragma once

#include "libc.h"

#include <poll.h>

#include <algorithm>

namespace curfew {

/// For waits without a descriptor that libc can also make as an attempt: tries until `attempt`
/// returns true, less and less often. With `wakes` the wait ends as soon as that is readable. False
/// if the limit in force has passed before. The last attempt is made at the limit.
template <typename Attempt>
bool retry(Attempt attempt, int wakes = -1) {
    constexpr Duration longest_pause = std::chrono::milliseconds(2);
    Duration pause = std::chrono::microseconds(100);
    while (!attempt()) {
        if (current_context.expired()) {
            limited_poll(nullptr, 0, Deadline::at({}));  // counts the attempts of a loop
            return false;
        }
        if (wakes >= 0) {
            pollfd event{.fd = wakes, .events = POLLIN, .revents = 0};
            limited_poll(&event, 1, Deadline::never());
            if (event.revents != 0) wakes = -1;  // the attempt may fail again for another reason
        } else {
            limited_poll(nullptr, 0, Deadline::in(pause));
            pause = std::min(2 * pause, longest_pause);
        }
    }
    return true;
}

}  // namespace curfew
