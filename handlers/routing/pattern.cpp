#include "pattern.h"

#include "../http/headers.h"
#include "../http/url.h"

#include <algorithm>
#include <stdexcept>
#include <utility>

namespace curfew {

namespace {

bool is_identifier(std::string_view text) noexcept {
    constexpr std::string_view characters =
        "0123456789_ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
    return !text.empty() && !(text[0] >= '0' && text[0] <= '9') &&
           text.find_first_not_of(characters) == std::string_view::npos;
}

[[noreturn]] void refuse(std::string_view pattern, const char* why) {
    throw std::invalid_argument("pattern \"" + std::string(pattern) + "\": " + why);
}

Segment parse_segment(std::string_view text, std::string_view pattern) {
    const bool named = text.starts_with(':') || text.starts_with('*');
    if (!named) {
        auto literal = percent_decode(text);
        if (!literal) refuse(pattern, "malformed escape");
        return {Segment::Kind::literal, std::move(*literal)};
    }
    const auto name = text.substr(1);
    if (!is_identifier(name)) refuse(pattern, "a parameter's name is letters, digits and _");
    return {text[0] == ':' ? Segment::Kind::param : Segment::Kind::rest, std::string(name)};
}

}  // namespace

std::vector<Segment> parse_pattern(std::string_view pattern) {
    if (!pattern.starts_with('/')) refuse(pattern, "does not begin with a slash");
    if (!is_field_value(pattern)) refuse(pattern, "holds a control character");
    if (pattern.find_first_of("?#") != std::string_view::npos)
        refuse(pattern, "is more than a path");

    std::vector<Segment> segments;
    for (auto rest = pattern; !rest.empty();) {
        rest.remove_prefix(1);  // the slash
        const auto text = rest.substr(0, rest.find('/'));
        rest.remove_prefix(text.size());
        if (text.empty() && !rest.empty()) refuse(pattern, "has an empty segment");

        auto segment = parse_segment(text, pattern);
        if (segment.kind == Segment::Kind::rest && !rest.empty()) {
            refuse(pattern, "something follows the *rest");
        }
        const bool repeated =
            segment.kind != Segment::Kind::literal &&
            std::any_of(segments.begin(), segments.end(), [&](const Segment& earlier) {
                return earlier.kind != Segment::Kind::literal && earlier.text == segment.text;
            });
        if (repeated) refuse(pattern, "a parameter's name appears twice");
        segments.push_back(std::move(segment));
    }
    return segments;
}

}  // namespace curfew
