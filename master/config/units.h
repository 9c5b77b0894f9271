#pragma once

#include "handlers/base/deadline.h"

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace curfew::master {

inline constexpr std::size_t kib = 1 << 10;
inline constexpr std::size_t mib = 1 << 20;
inline constexpr std::size_t gib = 1 << 30;

// Each parse_ throws std::invalid_argument with a message that quotes the text, and accepts what
// its format_ prints. format_ prints the shortest exact form.

/// `250ms`, `30s`, `5m`, `1h`; a bare number is seconds. Fractions are allowed, down to 1 ms.
[[nodiscard]] Duration parse_duration(std::string_view text);
[[nodiscard]] std::string format_duration(Duration duration);

/// Bytes: `512`, `8k`, `10m`, `1g` (powers of 1024).
[[nodiscard]] std::size_t parse_size(std::string_view text);
[[nodiscard]] std::string format_size(std::size_t size);

/// A whole number in decimal.
[[nodiscard]] std::int64_t parse_count(std::string_view text);
[[nodiscard]] std::string format_count(std::int64_t count);

/// A file mode mask in octal, `022`.
[[nodiscard]] unsigned parse_umask(std::string_view text);

}  // namespace curfew::master
