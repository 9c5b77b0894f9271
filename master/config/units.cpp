#include "master/config/units.h"

#include "handlers/base/milliseconds.h"
#include "handlers/base/parse_number.h"
#include "handlers/base/written_duration.h"
#include "master/config/text.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <limits>
#include <stdexcept>
#include <system_error>

namespace curfew::master {

namespace {

struct SizeUnit {
    std::string_view name;
    std::size_t bytes;
};

constexpr std::array<SizeUnit, 4> size_units{{{"g", std::size_t{1} << 30},
                                              {"m", std::size_t{1} << 20},
                                              {"k", std::size_t{1} << 10},
                                              {"", 1}}};

[[noreturn]] void refuse(std::string_view text, const char* why) {
    throw std::invalid_argument(in_quotes(text) + " " + why);
}

}  // namespace

Duration parse_duration(std::string_view text) {
    const auto written = read_duration(text);
    if (!written)
        refuse(text, "is not a duration: write 250ms, 30s, 5m, 1h or a number of seconds");

    // The longest that nanoseconds in 64 bits can hold is 292 years.
    constexpr double most = 9e12;
    const double exact =
        written->number * static_cast<double>(in_milliseconds(written->unit.duration));
    if (exact > most) refuse(text, "is too long a duration");
    const double rounded = std::round(exact);
    if (std::abs(exact - rounded) > 1e-6) refuse(text, "is finer than a millisecond");
    return std::chrono::milliseconds(static_cast<std::int64_t>(rounded));
}

std::string format_duration(Duration duration) {
    const auto total = in_milliseconds(duration);
    if (total == 0) return "0s";
    // One always divides it: there are milliseconds.
    const auto* const unit = std::ranges::find_if(duration_units, [total](const auto& candidate) {
        return total % in_milliseconds(candidate.duration) == 0;
    });
    return std::to_string(total / in_milliseconds(unit->duration)) + std::string(unit->name);
}

std::size_t parse_size(std::string_view text) {
    std::size_t number = 0;
    const char* const end = text.data() + text.size();
    const auto [rest, error] = std::from_chars(text.data(), end, number);
    if (error == std::errc{}) {
        for (const auto& [name, bytes] : size_units) {
            if (name != std::string_view(rest, end)) continue;
            if (number > std::numeric_limits<std::size_t>::max() / bytes) break;
            return number * bytes;
        }
    }
    refuse(text, "is not a size: write 512 (bytes), 8k, 10m or 1g");
}

std::string format_size(std::size_t size) {
    if (size == 0) return "0";
    const auto* const unit = std::ranges::find_if(
        size_units, [size](const SizeUnit& candidate) { return size % candidate.bytes == 0; });
    return std::to_string(size / unit->bytes) + std::string(unit->name);
}

std::int64_t parse_count(std::string_view text) {
    const auto number = parse_number<std::int64_t>(text);
    if (!number) refuse(text, "is not a whole number");
    return *number;
}

std::string format_count(std::int64_t count) { return std::to_string(count); }

unsigned parse_umask(std::string_view text) {
    const auto mask = parse_octal<unsigned>(text);
    if (!mask || *mask > 0777) refuse(text, "is not an octal mask between 000 and 777");
    return *mask;
}

}  // namespace curfew::master
