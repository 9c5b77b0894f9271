#include "master/config/config_text.h"

#include "handlers/base/wrapped.h"
#include "master/config/action.h"
#include "master/config/declarations.h"
#include "master/config/text.h"

namespace curfew::master {

namespace {

constexpr std::size_t page_width = 96;
constexpr std::size_t help_column = 32;

constexpr auto help_head = R"(usage: curfew [OPTION]... [APP]

Serves the application APP (a shared object: a path, or a bare name such as demo) over HTTP/1.1.
A worker whose request exceeds its limit is killed and replaced, whatever the application does.

Each option is also an environment variable and a key of the configuration file: --keep-alive
is CURFEW_KEEP_ALIVE and keep_alive, --db-user is CURFEW_DB_USER and user in the table [db]. A
flag beats a variable, a variable the file, and the file the default. TIME is 250ms, 30s, 5m or
1h, or seconds; SIZE is bytes, or 8k, 10m, 1g. Defaults are in brackets.
)";

constexpr auto help_foot = R"(
Where CURFEW_BIND is not set, PORT is heeded (0.0.0.0:$PORT), and WEB_CONCURRENCY where
CURFEW_WORKERS is not. SIGTERM stops gracefully; for other signals see curfew(1).
)";

constexpr auto file_head =
    R"(# Configuration of curfew: every option there is. Start it with `curfew --config FILE`.
#
# Each key is also a flag and an environment variable: keep_alive is --keep-alive and
# CURFEW_KEEP_ALIVE; in the table [db], address is --db-address and CURFEW_DB_ADDRESS. A flag
# beats a variable, a variable this file, this file the default.
# Durations are "250ms", "30s", "5m" or "1h"; a bare number is seconds. Sizes are a number of
# bytes, or "8k", "10m", "1g".
)";

constexpr auto routes_head = R"(
# ---- Routes ----

# Limits of single routes, in place of those that the application sets. There is one table for each
# route, with its pattern and at least one other key:
)";

/// What the file shows in a comment while it has no routes.
worker::RouteOverride example_route() {
    worker::RouteOverride route;
    route.pattern = "/report/:id";
    route.limit = std::chrono::seconds(5);
    route.strategy = "deadline";
    route.harakiri = std::chrono::seconds(10);
    route.slow_request_limit = std::chrono::seconds(2);
    return route;
}

/// One entry of the help: what to write on the left, what it means on the right.
std::string help_entry(const std::string& left, const std::string& right) {
    std::string text = "  " + left;
    const bool fits = text.size() + 2 <= help_column;
    if (!fits) text += '\n';
    text.append(fits ? help_column - text.size() : help_column, ' ');
    return text +
           joined(wrapped(right, page_width - help_column), "\n" + std::string(help_column, ' ')) +
           "\n";
}

/// What it is and what it accepts: "Worker processes (1 to 512)".
std::string meaning_of(const Option& option) {
    const std::string help = without_marks(option.help);
    return option.accepted().empty() ? help : help + " (" + option.accepted() + ")";
}

/// "-t, --timeout"; a flag without a letter is set under the other long ones.
std::string aligned(std::string_view flags) {
    return flags.starts_with("--") ? "    " + std::string(flags) : joined(split(flags, ','), ", ");
}

std::string help_of(const Option& option) {
    const std::string value = joined(option.shown(), ",");
    return help_entry(aligned(option.flags()) + " " + std::string(option.placeholder()),
                      meaning_of(option) + (value.empty() ? "" : " [" + value + "]"));
}

/// Of a group of options in the file.
std::string heading(const Group& group) {
    const std::string text = "\n# ---- " + std::string(group.title) + " ----\n";
    return group.table.empty() ? text : text + "\n[" + std::string(group.table) + "]\n";
}

/// What each key of a `[[route]]` table is: a comment, like those of the options.
std::string about_route_keys() {
    std::string text;
    worker::RouteOverride none;
    for (const Option& key : route_keys(none)) {
        const auto lines = wrapped(key.key() + ": " + meaning_of(key), page_width - 4);
        text += "#\n# " + joined(lines, "\n#   ") + "\n";
    }
    return text;
}

/// A copy, because the table holds references that could write.
std::string route_text(worker::RouteOverride route) {
    std::string text = "[[route]]\n";
    for (const Option& key : route_keys(route)) {
        if (!key.shown().empty()) text += key.key() + " = " + key.toml() + "\n";
    }
    return text;
}

std::string commented(const std::string& text) {
    std::vector<std::string> lines = split(text, '\n');
    lines.pop_back();  // what is after the last line
    return "# " + joined(lines, "\n# ") + "\n";
}

}  // namespace

std::string help_text(const OptionTable& table) {
    std::string text = help_head;
    std::string_view group;
    for (const Option& option : table) {
        if (option.group.title != group) text += "\n" + std::string(option.group.title) + ":\n";
        group = option.group.title;
        text += help_of(option);
    }
    text += "\nInstead of serving:\n";
    for (const ActionFlag& action : action_flags) {
        text += help_entry(aligned(action.flags), action.help);
    }
    return text + help_foot;
}

std::string file_text(const OptionTable& table, const std::vector<worker::RouteOverride>& routes) {
    std::string text = file_head;
    std::string_view group;
    for (const Option& option : table) {
        if (!option.in_file) continue;
        if (option.group.title != group) text += heading(option.group);
        group = option.group.title;
        text += "\n# " + joined(wrapped(meaning_of(option), page_width - 2), "\n# ") + "\n";
        text += option.name() + " = " + option.toml() + "\n";
    }
    text += routes_head + about_route_keys();
    if (routes.empty()) text += "#\n" + commented(route_text(example_route()));
    for (const worker::RouteOverride& route : routes) text += "\n" + route_text(route);
    return text;
}

}  // namespace curfew::master
