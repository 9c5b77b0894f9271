#include "tools/impairment/condition.h"

#include "master/config/text.h"
#include "master/config/units.h"

#include <array>
#include <stdexcept>

namespace curfew::impairment {

namespace {

using master::format_duration;
using master::format_size;
using master::in_quotes;
using master::parse_size;

Duration parse_time(std::string_view text) {
    const auto time = master::parse_duration(text);
    if (time > std::chrono::hours(24)) {
        throw std::invalid_argument(in_quotes(text) + " is longer than a day");
    }
    return time;
}

std::size_t parse_rate(std::string_view text) {
    const auto rate = parse_size(text);
    if (rate == 0) throw std::invalid_argument("no bandwidth at all is \"stall 0\"");
    return rate;
}

Drip parse_drip(std::string_view text) {
    const auto slash = text.find('/');
    if (slash == std::string_view::npos) {
        throw std::invalid_argument(in_quotes(text) + " is not a drip: write 1/20ms");
    }
    const Drip drip{.bytes = parse_size(text.substr(0, slash)),
                    .every = parse_time(text.substr(slash + 1))};
    if (drip.bytes == 0 || drip.every == Duration::zero()) {
        throw std::invalid_argument(in_quotes(text) + " is not a drip: neither part may be 0");
    }
    return drip;
}

std::string show_time(Duration time) {
    return time == Duration::zero() ? "" : format_duration(time);
}

std::string show_count(const std::optional<std::size_t>& count) {
    return count ? format_size(*count) : "";
}

constexpr std::array<Condition, 8> table{{
    {"latency", true, [](Conditions& c, std::string_view value) { c.latency = parse_time(value); },
     [](Conditions& c) { c.latency = {}; },
     [](const Conditions& c) { return show_time(c.latency); }},
    {"jitter", true, [](Conditions& c, std::string_view value) { c.jitter = parse_time(value); },
     [](Conditions& c) { c.jitter = {}; }, [](const Conditions& c) { return show_time(c.jitter); }},
    {"bandwidth", true,
     [](Conditions& c, std::string_view value) { c.bandwidth = parse_rate(value); },
     [](Conditions& c) { c.bandwidth = 0; },
     [](const Conditions& c) { return c.bandwidth == 0 ? "" : format_size(c.bandwidth); }},
    {"drip", true, [](Conditions& c, std::string_view value) { c.drip = parse_drip(value); },
     [](Conditions& c) { c.drip.reset(); },
     [](const Conditions& c) {
         return c.drip ? format_size(c.drip->bytes) + '/' + format_duration(c.drip->every) : "";
     }},
    {"stall", true,
     [](Conditions& c, std::string_view value) {
         c.stall = parse_size(value);
         ++c.counts;
     },
     [](Conditions& c) { c.stall.reset(); },
     [](const Conditions& c) { return show_count(c.stall); }},
    {"reset", true,
     [](Conditions& c, std::string_view value) {
         c.reset = parse_size(value);
         ++c.counts;
     },
     [](Conditions& c) { c.reset.reset(); },
     [](const Conditions& c) { return show_count(c.reset); }},
    {"slow-close", true,
     [](Conditions& c, std::string_view value) { c.slow_close = parse_time(value); },
     [](Conditions& c) { c.slow_close = {}; },
     [](const Conditions& c) { return show_time(c.slow_close); }},
    {"black-hole", false, [](Conditions& c, std::string_view) { c.black_hole = true; },
     [](Conditions& c) { c.black_hole = false; },
     [](const Conditions& c) { return std::string(c.black_hole ? "yes" : ""); }},
}};

}  // namespace

std::span<const Condition> all_conditions() noexcept { return table; }

}  // namespace curfew::impairment
