#pragma once

#include "handlers/base/deadline.h"

#include <chrono>

namespace curfew::master {

/// For the log.
[[nodiscard]] inline auto in_milliseconds(Duration duration) noexcept {
    return std::chrono::duration_cast<std::chrono::milliseconds>(duration).count();
}

}  // namespace curfew::master
