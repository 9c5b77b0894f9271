#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace curfew {

/// A date as HTTP wants it, `Sun, 06 Nov 1994 08:49:37 GMT` (RFC 9110 section 5.6.7). A time
/// outside of the years 0 to 9999 becomes the nearest second inside.
[[nodiscard]] std::string http_date(std::int64_t unix_seconds);

/// The same, async-signal-safe.
[[nodiscard]] std::array<char, 29> http_date_text(std::int64_t unix_seconds) noexcept;

/// The seconds since 1970 of a date in any of the three forms that RFC 9110 section 5.6.7 makes a
/// recipient accept; nothing if it is none of them. The name of the day is not checked against the
/// date. Two-digit years that look more than 50 years ahead are in the past.
[[nodiscard]] std::optional<std::int64_t> parse_http_date(std::string_view text) noexcept;

}  // namespace curfew
