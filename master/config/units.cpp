#include "master/config/units.h"

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

struct DurationUnit {
    std::string_view name;
    std::int64_t milliseconds;
};

/// From the longest: the first that divides a duration is the one to print it in, and one always
/// does.
constexpr std::array<DurationUnit, 4> duration_units{
    {{"h", 3'600'000}, {"m", 60'000}, {"s", 1'000}, {"ms", 1}}};

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

bool is_digit(char c) { return c >= '0' && c <= '9'; }

/// The factor of a unit; 0 for an unknown one.
std::int64_t milliseconds_in(std::string_view unit) {
    if (unit.empty()) return 1'000;
    for (const auto& [name, milliseconds] : duration_units) {
        if (name == unit) return milliseconds;
    }
    return 0;
}

}  // namespace

Duration parse_duration(std::string_view text) {
    constexpr auto not_a_duration =
        "is not a duration: write 250ms, 30s, 5m, 1h or a number of seconds";
    if (text.empty() || !is_digit(text.front())) refuse(text, not_a_duration);
    double number = 0;
    const char* const end = text.data() + text.size();
    const auto [rest, error] = std::from_chars(text.data(), end, number, std::chars_format::fixed);
    const auto factor = milliseconds_in({rest, end});
    if (error != std::errc{} || factor == 0) refuse(text, not_a_duration);

    // The longest that nanoseconds in 64 bits can hold is 292 years.
    constexpr double most = 9e12;
    const double exact = number * static_cast<double>(factor);
    if (exact > most) refuse(text, "is too long a duration");
    const double rounded = std::round(exact);
    if (std::abs(exact - rounded) > 1e-6) refuse(text, "is finer than a millisecond");
    return std::chrono::milliseconds(static_cast<std::int64_t>(rounded));
}

std::string format_duration(Duration duration) {
    const auto total = std::chrono::duration_cast<std::chrono::milliseconds>(duration).count();
    if (total == 0) return "0s";
    const auto* const unit = std::ranges::find_if(
        duration_units,
        [total](const DurationUnit& candidate) { return total % candidate.milliseconds == 0; });
    return std::to_string(total / unit->milliseconds) + std::string(unit->name);
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
    std::int64_t number = 0;
    const char* const end = text.data() + text.size();
    const auto [rest, error] = std::from_chars(text.data(), end, number);
    if (error != std::errc{} || rest != end) refuse(text, "is not a whole number");
    return number;
}

std::string format_count(std::int64_t count) { return std::to_string(count); }

unsigned parse_umask(std::string_view text) {
    unsigned mask = 0;
    const char* const end = text.data() + text.size();
    const auto [rest, error] = std::from_chars(text.data(), end, mask, 8);
    if (error != std::errc{} || rest != end || mask > 0777) {
        refuse(text, "is not an octal mask between 000 and 777");
    }
    return mask;
}

}  // namespace curfew::master
