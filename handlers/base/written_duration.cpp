#include "written_duration.h"

#include <algorithm>
#include <charconv>
#include <system_error>

namespace curfew {

std::optional<WrittenDuration> read_duration(std::string_view text,
                                             std::span<const DurationUnit> units) noexcept {
    // std::from_chars accepts a sign, inf and nan as well.
    if (text.empty() || text.front() < '0' || text.front() > '9') return std::nullopt;
    const char* const end = text.data() + text.size();
    double number = 0;
    const auto [rest, error] = std::from_chars(text.data(), end, number, std::chars_format::fixed);
    if (error != std::errc{}) return std::nullopt;
    const auto unit = std::ranges::find(units, std::string_view(rest, end), &DurationUnit::name);
    if (unit == units.end()) return std::nullopt;
    return WrittenDuration{.number = number, .unit = *unit};
}

}  // namespace curfew
