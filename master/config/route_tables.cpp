#include "master/config/route_tables.h"

#include "handlers/timeouts/strategy.h"
#include "master/config/config_error.h"
#include "master/config/option_table.h"
#include "master/config/text.h"
#include "master/config/units.h"

#include <algorithm>
#include <stdexcept>
#include <string_view>
#include <utility>

namespace curfew::master {

namespace {

using namespace std::chrono_literals;

constexpr Span limit_range{1ms, 24h};
constexpr Span harakiri_range{10ms, 24h};         // as `timeout`
constexpr Span cpu_limit_range{10ms, 24h, true};  // as `cpu_limit`
constexpr Span slow_range{1ms, 24h, true};

constexpr std::pair<std::string_view, Harakiri> harakiri_modes[] = {
    {"off", Harakiri::off}, {"log", Harakiri::log}, {"on", Harakiri::on}};

/// The one text of an entry.
std::string text_of(const FileEntry& entry, Form form) {
    return texts_of(entry.setting, form, ": " + entry.key).back();
}

Duration duration_of(const FileEntry& entry, const Span& range) {
    try {
        return parse_within(text_of(entry, Form::duration), range);
    } catch (const std::invalid_argument& error) {
        throw ConfigError(entry.setting.where + ": " + entry.key + ": " + error.what());
    }
}

/// A duration, a mode, or a mode and a duration: "log 2s".
void read_harakiri(const FileEntry& entry, worker::RouteOverride& route) {
    auto text = text_of(entry, Form::duration);
    for (const auto& [word, mode] : harakiri_modes) {
        if (text != word && !text.starts_with(std::string(word) + ' ')) continue;
        route.harakiri_mode = mode;
        text.erase(0, word.size() + 1);
        break;
    }
    if (route.harakiri_mode && text.empty()) return;
    try {
        route.harakiri = parse_within(text, harakiri_range);
    } catch (const std::invalid_argument& error) {
        throw ConfigError(entry.setting.where + ": harakiri: " + error.what());
    }
}

std::string strategy_of(const FileEntry& entry) {
    std::string name = text_of(entry, Form::text);
    try {
        static_cast<void>(strategy(name));
    } catch (const std::invalid_argument& error) {
        throw ConfigError(entry.setting.where + ": strategy: " + error.what());
    }
    return name;
}

std::string pattern_of(const FileEntry& entry) {
    std::string pattern = text_of(entry, Form::text);
    if (pattern.starts_with('/')) return pattern;
    throw ConfigError(entry.setting.where + ": pattern: " + in_quotes(pattern) +
                      " does not begin with \"/\"");
}

[[noreturn]] void refuse_key(const FileEntry& entry) {
    throw ConfigError(entry.where + ": unknown key " + in_quotes(entry.key) + " in [[route]]" +
                      suggestion(entry.key, {"pattern", "limit", "strategy", "harakiri",
                                             "cpu_limit", "slow_request_limit"}));
}

worker::RouteOverride route_from(const FileRoute& table) {
    worker::RouteOverride route;
    route.where = table.where;
    for (const FileEntry& entry : table.entries) {
        if (entry.key == "pattern") {
            route.pattern = pattern_of(entry);
        } else if (entry.key == "limit") {
            route.limit = duration_of(entry, limit_range);
        } else if (entry.key == "strategy") {
            route.strategy = strategy_of(entry);
        } else if (entry.key == "harakiri") {
            read_harakiri(entry, route);
        } else if (entry.key == "cpu_limit") {
            route.cpu_limit = duration_of(entry, cpu_limit_range);
        } else if (entry.key == "slow_request_limit") {
            route.slow_request_limit = duration_of(entry, slow_range);
        } else {
            refuse_key(entry);
        }
    }
    return route;
}

void check(const worker::RouteOverride& route) {
    if (route.pattern.empty()) throw ConfigError(route.where + ": route: pattern is missing");
    const std::string name = route.where + ": route " + in_quotes(route.pattern) + ": ";
    if (!route.limit && !route.harakiri && !route.harakiri_mode && !route.cpu_limit &&
        route.strategy.empty() && !route.slow_request_limit) {
        throw ConfigError(
            name + "none of limit, strategy, harakiri, cpu_limit and slow_request_limit is there");
    }
    if (route.limit && route.harakiri && *route.limit >= *route.harakiri) {
        throw ConfigError(name + "limit (" + format_duration(*route.limit) +
                          ") must be sooner than harakiri (" + format_duration(*route.harakiri) +
                          ")");
    }
}

}  // namespace

std::vector<worker::RouteOverride> routes_from(const std::vector<FileRoute>& tables) {
    std::vector<worker::RouteOverride> routes;
    for (const FileRoute& table : tables) {
        worker::RouteOverride route = route_from(table);
        check(route);
        const auto twin = std::ranges::find(routes, route.pattern, &worker::RouteOverride::pattern);
        if (twin != routes.end()) {
            throw ConfigError(route.where + ": route " + in_quotes(route.pattern) +
                              ": is there already, at " + twin->where);
        }
        routes.push_back(std::move(route));
    }
    return routes;
}

}  // namespace curfew::master
