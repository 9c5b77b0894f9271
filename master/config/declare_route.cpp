#include "handlers/timeouts/strategy.h"
#include "master/config/declarations.h"
#include "master/config/text.h"
#include "master/config/units.h"

#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

namespace curfew::master {

using namespace std::chrono_literals;

namespace {

void check_pattern(const std::string& text) {
    if (text.starts_with('/')) return;
    throw std::invalid_argument(in_quotes(text) + " does not begin with \"/\"");
}

/// For a text that is absent if it is empty.
Option::Show show_unless_empty(const std::string& text) {
    return [&text] { return text.empty() ? std::vector<std::string>() : std::vector{text}; };
}

Option pattern_key(std::string& pattern) {
    const auto take = [&pattern](const auto& texts, bool) {
        check_pattern(texts.back());
        pattern = texts.back();
    };
    return {"--pattern", Form::text, "PATTERN", {}, take, show_unless_empty(pattern)};
}

Option strategy_key(std::string& name) {
    std::vector<std::string> names;
    for (const Strategy* const each : strategies()) names.emplace_back(each->name());
    const auto take = [&name](const auto& texts, bool) { name = strategy(texts.back()).name(); };
    return {"--strategy", Form::word, "WORD", joined(names, ", "), take, show_unless_empty(name)};
}

/// A duration, a mode, or a mode and a duration: "log 2s".
void read_harakiri(std::string text, worker::RouteOverride& route) {
    for (const auto& [word, mode] : harakiri_modes()) {
        if (text != word && !text.starts_with(word + ' ')) continue;
        route.harakiri_mode = mode;
        if (text == word) return;
        text.erase(0, word.size() + 1);
        break;
    }
    route.harakiri = parse_within(text, harakiri_range);
}

std::vector<std::string> shown_harakiri(const worker::RouteOverride& route) {
    std::vector<std::string> parts;
    for (const auto& [word, mode] : harakiri_modes()) {
        if (mode == route.harakiri_mode) parts.push_back(word);
    }
    if (route.harakiri) parts.push_back(format_duration(*route.harakiri));
    return parts.empty() ? parts : std::vector{joined(parts, " ")};
}

Option harakiri_key(worker::RouteOverride& route) {
    std::vector<std::string> words;
    for (const auto& [word, mode] : harakiri_modes()) words.push_back(word);
    const auto take = [&route](const auto& texts, bool) { read_harakiri(texts.back(), route); };
    const auto show = [&route] { return shown_harakiri(route); };
    return {
        "--harakiri", Form::duration,
        "TIME",       in_words(harakiri_range) + "; or one of " + joined(words, ", ") + "; or both",
        take,         show};
}

}  // namespace

OptionTable route_keys(worker::RouteOverride& route) {
    OptionTable key;
    key(pattern_key(route.pattern),
        "The pattern under which the application has added the route; begins with a slash. "
        "Required, and in only one table");
    key("--limit", route.limit, Span{1ms, 24h},
        "The time after which a handler of the route is ended and its client gets 504, as far as "
        "the strategy can end it. Must be shorter than the route's harakiri limit, or than the "
        "option `timeout` if the route has none");
    key(strategy_key(route.strategy),
        "The strategy that enforces the limit. By default it is the one that the application has "
        "set for the route or, if it has set none, `deadline`",
        "The demo's page /strategies says what each can and cannot stop.");
    key(harakiri_key(route),
        "The time after which a request's worker is killed and replaced, in place of the option "
        "`timeout`. Or a word, in place of the option `harakiri`. Or both, as in \"log 2s\"");
    key("--cpu-limit", route.cpu_limit, cpu_limit_range,
        "Harakiri by the CPU time of the request's thread, in place of the option of that name; "
        "0: no limit",
        "The CPU time of threads and processes that a handler starts does not count, nor does that "
        "of the strategies thread, process and fork. In worker class fiber, the CPU time of other "
        "fibers does not count, either.");
    key("--slow-request-limit", route.slow_request_limit, slow_range,
        "The time after which the log says what a request is doing, in place of the option of that "
        "name; 0: never");
    return key;
}

}  // namespace curfew::master
