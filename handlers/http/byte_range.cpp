#include "byte_range.h"

#include "headers.h"

#include <algorithm>
#include <charconv>
#include <limits>
#include <optional>
#include <system_error>

namespace curfew {

namespace {

/// A position, saturating: what does not fit into 63 bits is beyond the end of every file.
std::optional<std::int64_t> parse_position(std::string_view text) noexcept {
    if (text.empty() || text.find_first_not_of("0123456789") != std::string_view::npos) {
        return std::nullopt;
    }
    std::int64_t position = 0;
    const auto result = std::from_chars(text.data(), text.data() + text.size(), position);
    if (result.ec == std::errc::result_out_of_range) {
        return std::numeric_limits<std::int64_t>::max();
    }
    return position;
}

Selection suffix(std::string_view text, std::int64_t size) noexcept {
    const auto wanted = parse_position(text);
    if (!wanted) return {200, 0, size};
    if (*wanted == 0) return {416};
    // Satisfiable, says section 14.1.2, but no Content-Range can express nothing.
    if (size == 0) return {200, 0, 0};

    const auto length = std::min(*wanted, size);
    return {206, size - length, length};
}

}  // namespace

Selection select_range(std::string_view field, std::int64_t size) noexcept {
    const Selection whole{200, 0, size};

    const auto equals = field.find('=');
    if (equals == std::string_view::npos) return whole;
    if (!equals_ignoring_case(field.substr(0, equals), "bytes")) return whole;

    auto range = field.substr(equals + 1);
    range.remove_prefix(std::min(range.find_first_not_of(" \t"), range.size()));
    range.remove_suffix(range.size() - (range.find_last_not_of(" \t") + 1));  // npos + 1 is 0
    const auto dash = range.find('-');
    if (dash == std::string_view::npos) return whole;
    if (dash == 0) return suffix(range.substr(1), size);

    const auto first = parse_position(range.substr(0, dash));
    if (!first) return whole;
    const auto last_text = range.substr(dash + 1);
    const auto last =
        last_text.empty() ? std::numeric_limits<std::int64_t>::max() : parse_position(last_text);
    if (!last || *last < *first) return whole;
    if (*first >= size) return {416};

    return {206, *first, std::min(*last, size - 1) - *first + 1};
}

}  // namespace curfew
