#include "router.h"

#include "../http/allow.h"
#include "../http/headers.h"
#include "../http/url.h"
#include "pattern.h"

#include <map>
#include <stdexcept>
#include <utility>

namespace curfew {

namespace {

/// Of the routes that any() adds.
constexpr std::string_view any_method = "*";

}  // namespace

/// Where patterns end: their routes, one for each method.
struct Router::Endpoint {
    struct Entry {
        const Route* route;
        std::vector<std::string> names;  ///< of the parameters, from left to right
    };

    [[nodiscard]] const Entry* own(std::string_view method) const noexcept {
        for (const auto& entry : entries) {
            if (entry.route->method() == method) return &entry;
        }
        return nullptr;
    }

    [[nodiscard]] const Entry* serving(std::string_view method) const noexcept {
        if (const auto* const entry = own(method)) return entry;
        if (method == "HEAD") {
            if (const auto* const entry = own("GET")) return entry;
        }
        return own(any_method);
    }

    std::vector<Entry> entries;
};

/// One segment of the trie. Parameters have no names here: `/:a/x` and `/:b/y` share a node.
struct Router::Node {
    std::map<std::string, std::unique_ptr<Node>, std::less<>> literals;
    std::unique_ptr<Node> param;
    Endpoint here;
    Endpoint rest;
};

/// One lookup: walks the trie depth first, in the order of precedence.
struct Router::Search {
    using Entry = Endpoint::Entry;

    std::string_view method;
    bool escaped;  ///< the path has a '%' somewhere
    std::vector<std::pair<std::string_view, std::string>>& params;
    Allow* allow;  ///< not null: collect the methods of every endpoint instead of finding one

    /// The entry for what follows a slash, or nullptr. `depth`: parameters passed on the way here.
    const Entry* descend(const Node& node, std::string_view path, std::size_t depth) const {
        const auto slash = path.find('/');
        const auto segment = path.substr(0, slash);

        if (!node.literals.empty()) {
            if (const auto* const next = literal(node, segment)) {
                if (const auto* const entry = after(*next, path, slash, depth)) return entry;
            }
        }
        if (node.param && !segment.empty()) {
            if (const auto* const entry = after(*node.param, path, slash, depth + 1)) {
                return captured(entry, depth, segment);
            }
        }
        if (const auto* const entry = arrive(node.rest, depth + 1)) {
            return captured(entry, depth, path);
        }
        return nullptr;
    }

    const Node* literal(const Node& node, std::string_view segment) const {
        auto found = node.literals.end();
        if (!escaped) {
            found = node.literals.find(segment);
        } else if (const auto decoded = percent_decode(segment)) {
            found = node.literals.find(*decoded);
        }
        return found == node.literals.end() ? nullptr : found->second.get();
    }

    /// Goes on behind a segment that matched.
    const Entry* after(const Node& node, std::string_view path, std::size_t slash,
                       std::size_t depth) const {
        if (slash == std::string_view::npos) return arrive(node.here, depth);
        return descend(node, path.substr(slash + 1), depth);
    }

    const Entry* arrive(const Endpoint& endpoint, std::size_t depth) const {
        if (allow) {
            for (const auto& entry : endpoint.entries) allow->insert(entry.route->method());
            return nullptr;
        }
        const auto* const entry = endpoint.serving(method);
        if (entry) params.resize(depth);
        return entry;
    }

    /// Stores a parameter: only on the way back is it known whose, and by what name.
    const Entry* captured(const Entry* entry, std::size_t index, std::string_view text) const {
        auto& [name, value] = params[index];
        name = entry->names[index];
        if (escaped) {
            value = percent_decode(text).value_or(std::string(text));
        } else {
            value = text;
        }
        return entry;
    }
};

Router::Router() : root_(std::make_unique<Node>()) {}
Router::~Router() = default;
Router::Router(Router&&) noexcept = default;
Router& Router::operator=(Router&&) noexcept = default;

Route& Router::add(std::string_view method, std::string_view pattern, Handler handler) {
    if (!is_token(method)) throw std::invalid_argument("route: the method is not a token");
    if (!handler) throw std::invalid_argument("route: no handler for " + std::string(pattern));

    Node* node = root_.get();
    Endpoint* endpoint = nullptr;
    std::vector<std::string> names;
    for (auto& segment : parse_pattern(pattern)) {
        if (segment.kind == Segment::Kind::rest) {
            endpoint = &node->rest;
        } else {
            auto& child =
                segment.kind == Segment::Kind::param ? node->param : node->literals[segment.text];
            if (!child) child = std::make_unique<Node>();
            node = child.get();
            endpoint = &node->here;
        }
        if (segment.kind != Segment::Kind::literal) names.push_back(std::move(segment.text));
    }

    if (const auto* const other = endpoint->own(method)) {
        throw std::invalid_argument("route: " + std::string(method) + " " + std::string(pattern) +
                                    " is already answered by " + other->route->pattern());
    }
    auto route =
        std::make_unique<Route>(std::string(method), std::string(pattern), std::move(handler));
    endpoint->entries.push_back({route.get(), std::move(names)});
    return *routes_.emplace_back(std::move(route));
}

Route& Router::get(std::string_view pattern, Handler handler) {
    return add("GET", pattern, std::move(handler));
}

Route& Router::post(std::string_view pattern, Handler handler) {
    return add("POST", pattern, std::move(handler));
}

Route& Router::put(std::string_view pattern, Handler handler) {
    return add("PUT", pattern, std::move(handler));
}

Route& Router::patch(std::string_view pattern, Handler handler) {
    return add("PATCH", pattern, std::move(handler));
}

Route& Router::del(std::string_view pattern, Handler handler) {
    return add("DELETE", pattern, std::move(handler));
}

Route& Router::any(std::string_view pattern, Handler handler) {
    return add(any_method, pattern, std::move(handler));
}

Router::Match Router::match(std::string_view method, std::string_view path,
                            std::vector<std::pair<std::string_view, std::string>>& params) const {
    params.clear();
    if (path == "*" && method == "OPTIONS") {
        Allow allow;
        for (const auto& route : routes_) allow.insert(route->method());
        return {nullptr, allow.value()};
    }
    if (!path.starts_with('/')) return {};

    const auto below_root = path.substr(1);
    const bool escaped = path.find('%') != std::string_view::npos;
    const Search search{method, escaped, params, nullptr};
    if (const auto* const entry = search.descend(*root_, below_root, 0)) return {entry->route, {}};

    Allow allow;
    const Search collection{method, escaped, params, &allow};
    static_cast<void>(collection.descend(*root_, below_root, 0));
    return {nullptr, allow.empty() ? std::string() : allow.value()};
}

const std::vector<std::unique_ptr<Route>>& Router::routes() const noexcept { return routes_; }

std::vector<Route*> Router::find(std::string_view pattern) {
    std::vector<Route*> found;
    for (const auto& route : routes_) {
        if (route->pattern() == pattern) found.push_back(route.get());
    }
    return found;
}

}  // namespace curfew
