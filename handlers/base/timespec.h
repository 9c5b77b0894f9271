#pragma once

#include "deadline.h"

#include <ctime>

namespace curfew {

/// As the kernel writes a time.
[[nodiscard]] constexpr timespec to_timespec(Duration duration) noexcept {
    const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(duration);
    return {.tv_sec = seconds.count(), .tv_nsec = (duration - seconds).count()};
}

/// On CLOCK_MONOTONIC.
[[nodiscard]] constexpr timespec to_timespec(Deadline deadline) noexcept {
    return to_timespec(Duration(deadline.time().time_since_epoch()));
}

/// A time of CLOCK_MONOTONIC.
[[nodiscard]] constexpr Deadline to_deadline(const timespec& time) noexcept {
    return Deadline::at(Deadline::Clock::time_point(std::chrono::seconds(time.tv_sec) +
                                                    std::chrono::nanoseconds(time.tv_nsec)));
}

/// Saturates at Duration::max().
[[nodiscard]] constexpr Duration to_duration(const timespec& time) noexcept {
    const std::chrono::seconds seconds(time.tv_sec);
    if (seconds >= std::chrono::floor<std::chrono::seconds>(Duration::max()))
        return Duration::max();
    return seconds + std::chrono::nanoseconds(time.tv_nsec);
}

}  // namespace curfew
