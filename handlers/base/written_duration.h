#pragma once

#include "deadline.h"

#include <chrono>
#include <optional>
#include <span>
#include <string_view>

namespace curfew {

struct DurationUnit {
    std::string_view name;
    Duration duration;
};

/// From the longest; a number without a unit is seconds.
inline constexpr DurationUnit duration_units[] = {{"h", std::chrono::hours(1)},
                                                  {"m", std::chrono::minutes(1)},
                                                  {"s", std::chrono::seconds(1)},
                                                  {"ms", std::chrono::milliseconds(1)},
                                                  {"", std::chrono::seconds(1)}};

/// A duration as it was written. The number and its unit are apart, because the product may not fit
/// into a Duration, and because rounding is the reader's business.
struct WrittenDuration {
    double number;
    DurationUnit unit;

    using Nanoseconds = std::chrono::duration<double, std::nano>;

    [[nodiscard]] Nanoseconds exact() const noexcept { return number * Nanoseconds(unit.duration); }
};

/// `250ms`, `1.5s`, `30`: digits, possibly with a decimal point, and one of the units. Nothing if
/// `text` is something else.
[[nodiscard]] std::optional<WrittenDuration> read_duration(
    std::string_view text, std::span<const DurationUnit> units = duration_units) noexcept;

}  // namespace curfew
