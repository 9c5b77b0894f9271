#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace curfew {

/// How wide a text is: of UTF-8 whose characters are all one column wide.
[[nodiscard]] std::size_t columns(std::string_view text) noexcept;

/// The words of the text in lines of at most `width` columns. A wider word has a line of its own.
[[nodiscard]] std::vector<std::string> wrapped(std::string_view text, std::size_t width);

}  // namespace curfew
