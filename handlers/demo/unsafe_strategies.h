#pragma once

#include <curfew/timeouts/strategy.h>

#include <array>
#include <string_view>

#include "unsafe_interrupt.h"

namespace demo {

/// Ways of limiting a function that no program should use. Shown beside the strategies, and not one
/// of them: strategy() knows none of these.
struct UnsafeStrategy {
    std::string_view name;
    Mechanism mechanism;
    curfew::Guarantees guarantees;
};

[[nodiscard]] const std::array<UnsafeStrategy, 2>& unsafe_strategies();

}  // namespace demo
