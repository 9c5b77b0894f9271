#pragma once

#include "tools/impairment/conditions.h"

#include <span>
#include <string>
#include <string_view>

namespace curfew::impairment {

/// One condition of a direction: how it is set (the value is empty for a word that takes none),
/// lifted, and shown (empty: it is not in force). Setting throws std::invalid_argument for a value
/// that makes no sense.
struct Condition {
    std::string_view name;
    bool has_value;
    void (*set)(Conditions&, std::string_view value);
    void (*lift)(Conditions&);
    std::string (*show)(const Conditions&);
};

/// All of them, in the order in which they are shown.
[[nodiscard]] std::span<const Condition> all_conditions() noexcept;

}  // namespace curfew::impairment
