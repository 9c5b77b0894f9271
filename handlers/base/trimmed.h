#pragma once

#include <string_view>

namespace curfew {

/// The text without the `blanks` at its beginning and its end. The default is HTTP's optional white
/// space (RFC 9110 section 5.6.3).
[[nodiscard]] constexpr std::string_view trimmed(std::string_view text,
                                                 std::string_view blanks = " \t") noexcept {
    const auto first = text.find_first_not_of(blanks);
    if (first == std::string_view::npos) return {};
    return text.substr(first, text.find_last_not_of(blanks) - first + 1);
}

}  // namespace curfew
