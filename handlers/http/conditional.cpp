#include "conditional.h"

#include "date.h"
#include "headers.h"

#include <algorithm>
#include <optional>
#include <string_view>

namespace curfew {

namespace {

struct EntityTag {
    bool weak;
    std::string_view quoted;  ///< without W/, with its quotes
};

/// Takes the next entity tag off a list (RFC 9110 section 8.8.3); nothing at its end, or where it
/// is malformed. A tag may hold commas, so that a list cannot be split at them.
std::optional<EntityTag> next_tag(std::string_view& list) noexcept {
    const auto start = list.find_first_not_of(" \t,");
    if (start == std::string_view::npos) return std::nullopt;
    list.remove_prefix(start);

    const bool weak = list.starts_with("W/");
    if (weak) list.remove_prefix(2);
    if (!list.starts_with('"')) return std::nullopt;
    const auto closing = list.find('"', 1);
    if (closing == std::string_view::npos) return std::nullopt;

    const EntityTag tag{weak, list.substr(0, closing + 1)};
    list.remove_prefix(closing + 1);
    return tag;
}

enum class Comparison { strong, weak };

/// True if `list` is `*` or has the current tag (RFC 9110 section 8.8.3.2).
bool has_tag(std::string_view list, const Validators& current, Comparison comparison) noexcept {
    if (list == "*") return true;
    while (const auto tag = next_tag(list)) {
        const bool comparable = comparison == Comparison::weak || !tag->weak;
        if (comparable && tag->quoted == current.etag) return true;
    }
    return false;
}

/// The same for every line of a field.
bool any_line_has_tag(const Request& request, std::string_view name, const Validators& current,
                      Comparison comparison) noexcept {
    for (const auto& field : request.headers()) {
        if (!equals_ignoring_case(field.name, name)) continue;
        if (has_tag(field.value, current, comparison)) return true;
    }
    return false;
}

/// The date of a field; nothing, as sections 13.1.3 and 13.1.4 demand, if it has more than one
/// line.
std::optional<std::int64_t> date_of(const Request& request, std::string_view name) noexcept {
    const auto is_it = [name](const Field& field) {
        return equals_ignoring_case(field.name, name);
    };
    const auto& fields = request.headers();
    if (std::count_if(fields.begin(), fields.end(), is_it) != 1) return std::nullopt;
    return parse_http_date(request.header(name));
}

}  // namespace

Precondition evaluate_preconditions(const Request& request, const Validators& current) {
    if (request.has_header("If-Match")) {
        if (!any_line_has_tag(request, "If-Match", current, Comparison::strong)) {
            return Precondition::failed;
        }
    } else if (const auto date = date_of(request, "If-Unmodified-Since")) {
        if (current.modified > *date) return Precondition::failed;
    }

    const bool reads = request.method() == "GET" || request.method() == "HEAD";
    if (request.has_header("If-None-Match")) {
        if (any_line_has_tag(request, "If-None-Match", current, Comparison::weak)) {
            return reads ? Precondition::not_modified : Precondition::failed;
        }
    } else if (reads) {
        const auto date = date_of(request, "If-Modified-Since");
        if (date && current.modified <= *date) return Precondition::not_modified;
    }
    return Precondition::holds;
}

bool if_range_holds(const Request& request, const Validators& current) {
    if (!request.has_header("If-Range")) return true;
    const auto condition = request.header("If-Range");
    return condition == current.etag || parse_http_date(condition) == current.modified;
}

}  // namespace curfew
