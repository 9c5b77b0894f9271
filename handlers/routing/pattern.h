#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace curfew {

/// One segment of a route's pattern, what stands between two slashes.
struct Segment {
    enum class Kind { literal, param, rest };

    Kind kind;
    std::string text;  ///< the literal, percent-decoded, or the parameter's name
};

/// Takes a pattern such as `/users/:id/*rest` apart; "/" is one empty literal. Throws
/// std::invalid_argument, naming the pattern, unless it begins with a slash, has no empty segment
/// but the last, its parameters are C identifiers, each once, `*name` comes last, and it holds no
/// control character, `?`, `#` or malformed escape.
[[nodiscard]] std::vector<Segment> parse_pattern(std::string_view pattern);

}  // namespace curfew
