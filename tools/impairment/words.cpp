#include "tools/impairment/words.h"

#include "master/config/text.h"
#include "tools/impairment/condition.h"

#include <algorithm>
#include <sstream>
#include <stdexcept>

namespace curfew::impairment {

namespace {

using master::in_quotes;

const Condition& named(std::string_view word) {
    const auto conditions = all_conditions();
    const auto found = std::ranges::find(conditions, word, &Condition::name);
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
    for (const auto& condition : all_conditions()) condition.lift(of);
}

void append(std::string& text, const std::string& word) {
    if (!text.empty()) text += ' ';
    text += word;
}

void append(std::string& text, const std::string& direction, const Conditions& of) {
    std::string all;
    for (const auto& condition : all_conditions()) {
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
