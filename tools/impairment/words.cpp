#include "tools/impairment/words.h"

#include "master/config/text.h"
#include "master/config/units.h"

#include <algorithm>
#include <array>
#include <sstream>
#include <stdexcept>

namespace curfew::impairment {

namespace {

using master::format_duration;
using master::format_size;
using master::in_quotes;
using master::parse_size;

/// One condition of a direction: how it is set (the value is empty for a word that takes none),
/// lifted, and shown (empty: it is not in force).
struct Condition {
    std::string_view name;
    bool has_value;
    void (*set)(Conditions&, std::string_view value);
    void (*lift)(Conditions&);
    std::string (*show)(const Conditions&);
};

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

constexpr std::array<Condition, 8> conditions{{
    {"latency", true, [](Conditions& c, std::string_view value) { c.latency = parse_time(value); },
     [](Conditions& c) { c.latency = {}; },
     [](const Conditions& c) { return show_time(c.latency); }},
    {"jitter", true, [](Conditions& c, std::string_view value) { c.jitter = parse_time(value); },
     [](Conditions& c) { c.jitter = {}; },
     [](const Conditions& c) { return show_time(c.jitter); }},
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

const Condition& named(std::string_view word) {
    const auto* const found = std::ranges::find(conditions, word, &Condition::name);
    if (found != conditions.end()) return *found;
    std::string all = "refuse";
    for (const auto& condition : conditions) all += ", " + std::string(condition.name);
    throw std::invalid_argument(in_quotes(word) + " is neither up, down, both nor one of " + all);
}

/// Which ways a network's words are about at the moment.
struct Direction {
    bool up = true;
    bool down = true;

    /// False if the word is not a direction.
    bool heed(std::string_view word) {
        if (word != "up" && word != "down" && word != "both") return false;
        up = word != "down";
        down = word != "up";
        return true;
    }

    void apply(Network& network, auto&& change) const {
        if (up) change(network.up);
        if (down) change(network.down);
    }
};

void lift_all(Conditions& of) {
    for (const auto& condition : conditions) condition.lift(of);
}

void append(std::string& text, const std::string& word) {
    if (!text.empty()) text += ' ';
    text += word;
}

void append(std::string& text, const std::string& direction, const Conditions& of) {
    std::string all;
    for (const auto& condition : conditions) {
        const auto value = condition.show(of);
        if (value.empty()) continue;
        append(all, std::string(condition.name));
        if (condition.has_value) append(all, value);
    }
    if (!all.empty()) append(text, direction + ' ' + all);
}

}  // namespace

Network with(Network network, Words words) {
    Direction direction;
    for (auto word = words.begin(); word != words.end(); ++word) {
        if (direction.heed(*word)) continue;
        if (*word == "refuse") {
            network.refuse = true;
            continue;
        }
        const auto& condition = named(*word);
        if (condition.has_value && ++word == words.end()) {
            throw std::invalid_argument(in_quotes(condition.name) + " needs a value");
        }
        const std::string_view value = condition.has_value ? *word : std::string_view();
        direction.apply(network, [&](Conditions& of) { condition.set(of, value); });
    }
    return network;
}

Network without(Network network, Words words) {
    if (words.empty()) network.refuse = false;
    Direction direction;
    bool all = true;  // of the direction: none has been named yet
    for (const auto& word : words) {
        auto next = direction;
        if (next.heed(word)) {
            if (all && &word != &words.front()) direction.apply(network, lift_all);
            direction = next;
            all = true;
            continue;
        }
        all = false;
        if (word == "refuse") {
            network.refuse = false;
            continue;
        }
        direction.apply(network, named(word).lift);
    }
    if (all) direction.apply(network, lift_all);
    return network;
}

std::string to_text(const Network& network) {
    std::string text;
    append(text, "up", network.up);
    append(text, "down", network.down);
    if (network.refuse) append(text, "refuse");
    return text;
}

std::vector<std::string> split(std::string_view line) {
    std::istringstream in{std::string(line)};
    std::vector<std::string> words;
    for (std::string word; in >> word;) words.push_back(word);
    return words;
}

}  // namespace curfew::impairment
