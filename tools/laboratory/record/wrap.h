#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace curfew::laboratory {

constexpr std::size_t terminal_columns = 100;

/// Lines of the text's words, none wider than the terminal unless one word is. The first begins
/// with `first`, the others with as many spaces.
[[nodiscard]] std::string wrap(std::string_view first, std::string_view text);

}  // namespace curfew::laboratory
