#pragma once

#include <charconv>
#include <concepts>
#include <optional>
#include <string_view>
#include <system_error>

namespace curfew {

/// The number that all of `text` is. Nothing if there is something before or behind it, or if the
/// type cannot hold it. Decimal; a floating-point number may have an exponent.
template <typename Number>
[[nodiscard]] std::optional<Number> parse_number(std::string_view text) noexcept {
    Number number{};
    const char* const end = text.data() + text.size();
    const auto [rest, error] = std::from_chars(text.data(), end, number);
    if (error != std::errc{} || rest != end) return std::nullopt;
    return number;
}

/// The same for an octal number, as modes of files are written.
template <std::integral Number>
[[nodiscard]] std::optional<Number> parse_octal(std::string_view text) noexcept {
    Number number{};
    const char* const end = text.data() + text.size();
    const auto [rest, error] = std::from_chars(text.data(), end, number, 8);
    if (error != std::errc{} || rest != end) return std::nullopt;
    return number;
}

}  // namespace curfew
