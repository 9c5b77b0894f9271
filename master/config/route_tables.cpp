#include "master/config/route_tables.h"

#include "master/config/config_error.h"
#include "master/config/declarations.h"
#include "master/config/text.h"
#include "master/config/units.h"

#include <algorithm>
#include <utility>

namespace curfew::master {

namespace {

std::vector<std::string> names_of(const OptionTable& keys) {
    std::vector<std::string> names;
    for (const Option& key : keys) names.push_back(key.key());
    return names;
}

worker::RouteOverride route_from(const FileRoute& table) {
    worker::RouteOverride route;
    route.where = table.where;
    OptionTable keys = route_keys(route);
    for (const FileEntry& entry : table.entries) {
        Option* const key = keys.find(entry.key);
        if (key == nullptr) {
            throw ConfigError(entry.where + ": unknown key " + in_quotes(entry.key) +
                              " in [[route]]" + suggestion(entry.key, names_of(keys)));
        }
        key->set(Layer::file, entry.setting);
    }
    return route;
}

/// A table that only has its pattern changes nothing.
void check_not_idle(worker::RouteOverride route, const std::string& subject) {
    std::vector<std::string> others;
    for (const Option& key : route_keys(route)) {
        if (key.key() == "pattern") continue;
        if (!key.shown().empty()) return;
        others.push_back(key.key());
    }
    const std::string last = others.back();
    others.pop_back();
    throw ConfigError(subject + "none of " + joined(others, ", ") + " and " + last + " is there");
}

void check(const worker::RouteOverride& route) {
    if (route.pattern.empty()) throw ConfigError(route.where + ": route: pattern is missing");
    const std::string subject = route.where + ": route " + in_quotes(route.pattern) + ": ";
    check_not_idle(route, subject);
    if (route.limit && route.harakiri && *route.limit >= *route.harakiri) {
        throw ConfigError(subject + "limit (" + format_duration(*route.limit) +
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
