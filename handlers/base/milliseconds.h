#pragma once

#include "deadline.h"

#include <chrono>
#include <cstdint>

namespace curfew {

/// For texts: a part of a millisecond is left out.
[[nodiscard]] constexpr std::int64_t in_milliseconds(Duration duration) noexcept {
    return std::chrono::duration_cast<std::chrono::milliseconds>(duration).count();
}

}  // namespace curfew
