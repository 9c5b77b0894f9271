#include "master/config/config_text.h"

#include "handlers/base/wrapped.h"
#include "master/config/action.h"
#include "master/config/text.h"
#include "master/config/units.h"

#include <algorithm>

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

# Limits of single routes, over those that the application sets itself. At `limit` the handler is
# to end, and its client to get 504, as far as `strategy` can do that (none, io, deadline, thread,
# timer, alarm, checkpoint, fiber, process or fork; the demo's /strategies says what each can stop);
# at `harakiri` the worker is killed and replaced, whatever `timeout` says, and as soon as its thread
# has computed for `cpu_limit` (0: never). `harakiri` may also be, or begin with, the word off, log or
# on: "log 2s" only says who would have been killed. At `slow_request_limit` the log says what the
# request is doing. One key is enough; limit must be sooner than harakiri.
)";

constexpr auto route_example = R"(#
# [[route]]
# pattern = "/report/:id"
# limit = "5s"
# strategy = "deadline"
# harakiri = "10s"
# slow_request_limit = "2s"
)";

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

/// "log", "2s" or "log 2s"
std::string harakiri_text(const worker::RouteOverride& route) {
    constexpr const char* words[] = {"off", "log", "on"};
    std::string text;
    if (route.harakiri_mode) text = words[static_cast<std::size_t>(*route.harakiri_mode)];
    if (!route.harakiri) return text;
    return text + (text.empty() ? "" : " ") + format_duration(*route.harakiri);
}

std::string route_text(const worker::RouteOverride& route) {
    std::string text = "\n[[route]]\npattern = " + in_quotes(route.pattern) + "\n";
    if (route.limit) text += "limit = " + in_quotes(format_duration(*route.limit)) + "\n";
    if (!route.strategy.empty()) text += "strategy = " + in_quotes(route.strategy) + "\n";
    if (const auto harakiri = harakiri_text(route); !harakiri.empty()) {
        text += "harakiri = " + in_quotes(harakiri) + "\n";
    }
    if (route.cpu_limit) {
        text += "cpu_limit = " + in_quotes(format_duration(*route.cpu_limit)) + "\n";
    }
    if (route.slow_request_limit) {
        text +=
            "slow_request_limit = " + in_quotes(format_duration(*route.slow_request_limit)) + "\n";
    }
    return text;
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
    text += routes_head;
    if (routes.empty()) text += route_example;
    for (const worker::RouteOverride& route : routes) text += route_text(route);
    return text;
}

}  // namespace curfew::master
