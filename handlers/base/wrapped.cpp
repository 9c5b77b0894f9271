#include "wrapped.h"

#include <algorithm>
#include <sstream>

namespace curfew {

std::size_t columns(std::string_view text) noexcept {
    return static_cast<std::size_t>(
        std::ranges::count_if(text, [](char each) { return (each & 0xc0) != 0x80; }));
}

std::vector<std::string> wrapped(std::string_view text, std::size_t width) {
    std::vector<std::string> lines;
    std::size_t used = 0;
    std::istringstream words{std::string(text)};
    for (std::string word; words >> word;) {
        const auto wide = columns(word);
        if (!lines.empty() && used + 1 + wide <= width) {
            lines.back() += ' ' + word;
            used += 1 + wide;
        } else {
            lines.push_back(word);
            used = wide;
        }
    }
    return lines;
}

}  // namespace curfew
