#pragma once

#include "../base/timespec.h"

#include <ctime>

namespace curfew {

/// True for a time that libc accepts.
[[nodiscard]] constexpr bool is_valid(const timespec& time) noexcept {
    return time.tv_nsec >= 0 && time.tv_nsec < 1'000'000'000;
}

/// A time of that clock. If the clock is set later on, the deadline does not follow.
[[nodiscard]] inline Deadline deadline_of(clockid_t clock, const timespec& time) noexcept {
    if (time.tv_sec < 0) return Deadline::at({});
    timespec now{};
    ::clock_gettime(clock, &now);
    const auto seconds = time.tv_sec - now.tv_sec;
    if (seconds > Duration::max() / std::chrono::seconds(1) - 1) return Deadline::never();
    const auto left =
        std::chrono::seconds(seconds) + std::chrono::nanoseconds(time.tv_nsec - now.tv_nsec);
    return left <= Duration::zero() ? Deadline::at({}) : Deadline::in(left);
}

}  // namespace curfew
