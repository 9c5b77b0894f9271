#pragma once

#include "../base/timespec.h"

namespace curfew {

/// The deadline of a timeout in milliseconds, as poll() and epoll_wait() have it: negative is
/// never. A timeout of 0, which only looks, has a deadline in the past.
[[nodiscard]] inline Deadline asked_by(int milliseconds) noexcept {
    if (milliseconds == 0) return Deadline::at({});
    return milliseconds < 0 ? Deadline::never()
                            : Deadline::in(std::chrono::milliseconds(milliseconds));
}

/// The same for a time; null is never.
[[nodiscard]] inline Deadline asked_by(const timespec* timeout) noexcept {
    if (!timeout) return Deadline::never();
    const auto time = to_duration(*timeout);
    return time <= Duration::zero() ? Deadline::at({}) : Deadline::in(time);
}

}  // namespace curfew
