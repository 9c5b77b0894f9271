#include "tools/laboratory/judging/peers_compared.h"

#include "tools/laboratory/judging/cells.h"

#include <fmt/format.h>

#include <algorithm>
#include <functional>
#include <string>
#include <vector>

namespace curfew::laboratory {

namespace {

struct Score {
    const StrategyRow* strategy;
    int clean = 0;
    int measured = 0;
};

Score score(const Run& run, const StrategyRow& strategy) {
    Score score{.strategy = &strategy};
    for (const auto& cell : run.cells) {
        if (cell.strategy != strategy.name || cell.network != main_network(run)) continue;
        ++score.measured;
        score.clean += cell.verdict == Verdict::clean ? 1 : 0;
    }
    return score;
}

std::string lateness(double milliseconds) {
    return milliseconds < 1000 ? fmt::format("{:.1f} ms", milliseconds)
                               : fmt::format("{:.2f} s", milliseconds / 1000);
}

std::string in_words(const Run& run, const Score& score) {
    auto text = fmt::format("{} {} of {}", score.strategy->name, score.clean, score.measured);
    const auto late = worst_lateness(run, score.strategy->name, main_network(run));
    if (score.clean > 0 && late && *late > 0) text += ", at most " + lateness(*late) + " late";
    return text;
}

std::vector<Score> scores(const Run& run, bool (*are_meant)(const StrategyRow&)) {
    std::vector<Score> all;
    for (const auto& each : run.strategies) {
        if (!are_meant(each)) continue;
        if (const auto one = score(run, each); one.measured > 0) all.push_back(one);
    }
    std::ranges::stable_sort(all, std::greater(), &Score::clean);
    return all;
}

}  // namespace

std::optional<Recommendation> peers_compared(const Run& run) {
    const auto peers = scores(run, is_peer);
    if (peers.empty()) return {};
    std::string text;
    for (const auto& each : peers) text += (text.empty() ? "" : "; ") + in_words(run, each);
    const auto own = scores(
        run, [](const StrategyRow& row) { return row.group == "curfew" && row.where == "server"; });
    for (const auto& each : own) text += "; beside curfew's own " + in_words(run, each);
    return Recommendation{{},
                          {},
                          fmt::format("How many kinds end clean with other servers (network: {}): "
                                      "{}.",
                                      main_network(run), text)};
}

}  // namespace curfew::laboratory
