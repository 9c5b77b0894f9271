#include "tools/laboratory/record/wrap.h"

#include <algorithm>
#include <sstream>

namespace curfew::laboratory {

namespace {

/// Of UTF-8 whose characters are all one column wide.
std::size_t columns(std::string_view text) {
    return static_cast<std::size_t>(
        std::ranges::count_if(text, [](char each) { return (each & 0xc0) != 0x80; }));
}

}  // namespace

std::string wrap(std::string_view first, std::string_view text) {
    const auto indent = columns(first);
    std::string lines(first);
    auto used = indent;
    std::istringstream words{std::string(text)};
    for (std::string word; words >> word;) {
        const auto more = columns(word) + (used > indent ? 1 : 0);
        if (used > indent && used + more > terminal_columns) {
            lines += '\n' + std::string(indent, ' ') + word;
            used = indent + columns(word);
            continue;
        }
        if (used > indent) lines += ' ';
        lines += word;
        used += more;
    }
    return lines + '\n';
}

}  // namespace curfew::laboratory
