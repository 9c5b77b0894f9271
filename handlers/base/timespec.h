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

}  // namespace curfew
