#include "request.h"

#include "url.h"

#include <stdexcept>

namespace curfew {

namespace {

std::string decoded(std::string_view text) { return form_decode(text).value_or(std::string(text)); }

/// Calls `visit(name, value)`, both still encoded, for each pair of a query until it returns false.
template <typename Visit>
void each_pair(std::string_view query, Visit visit) {
    while (!query.empty()) {
        const auto pair = query.substr(0, query.find('&'));
        query.remove_prefix(std::min(pair.size() + 1, query.size()));
        if (pair.empty()) continue;

        const auto equals = pair.find('=');
        const bool bare = equals == std::string_view::npos;
        if (!visit(pair.substr(0, equals), bare ? std::string_view() : pair.substr(equals + 1))) {
            return;
        }
    }
}

const Field* find_field(const std::vector<Field>& fields, std::string_view name) noexcept {
    for (const auto& field : fields) {
        if (equals_ignoring_case(field.name, name)) return &field;
    }
    return nullptr;
}

}  // namespace

std::string Request::path() const {
    return percent_decode(parts_->path).value_or(std::string(parts_->path));
}

const std::string& Request::param(std::string_view name) const {
    for (const auto& [key, value] : parts_->params) {
        if (key == name) return value;
    }
    throw std::out_of_range("Request::param: the route has no parameter \"" + std::string(name) +
                            "\"");
}

std::optional<std::string> Request::query(std::string_view name) const {
    std::optional<std::string> found;
    each_pair(parts_->query, [&](std::string_view key, std::string_view value) {
        if (decoded(key) == name) found = decoded(value);
        return !found;
    });
    return found;
}

std::vector<std::pair<std::string, std::string>> Request::queries() const {
    std::vector<std::pair<std::string, std::string>> all;
    each_pair(parts_->query, [&](std::string_view key, std::string_view value) {
        all.emplace_back(decoded(key), decoded(value));
        return true;
    });
    return all;
}

std::string_view Request::header(std::string_view name) const noexcept {
    const Field* const field = find_field(parts_->fields, name);
    return field ? field->value : std::string_view();
}

bool Request::has_header(std::string_view name) const noexcept {
    return find_field(parts_->fields, name) != nullptr;
}

Deadline Request::extend(Duration from_now) const {
    if (parts_->extension) return parts_->extension->extend(from_now);
    throw std::logic_error("extend: a request is extended in its worker's process only");
}

}  // namespace curfew
