#include "tools/laboratory/judging/ranking.h"

#include "tools/laboratory/judging/cells.h"

#include <algorithm>

namespace curfew::laboratory {

namespace {

constexpr double negligible_us = 1;

bool cheaper(const StrategyRow& a, const StrategyRow& b) {
    if (!a.cost || !b.cost) return a.cost.has_value() && !b.cost;
    return a.cost->call_us.high + negligible_us < b.cost->call_us.low;
}

std::ptrdiff_t kinds_best_for(const Run& run, const StrategyRow* strategy) {
    return std::ranges::count_if(run.kinds, [&](const KindColumn& kind) {
        return std::ranges::count(best(run, kind.name), strategy) > 0;
    });
}

}  // namespace

std::optional<Standing> standing(const Run& run, const StrategyRow& strategy,
                                 std::string_view kind) {
    if (!find_cell(run, strategy.name, kind, main_network(run))) return {};
    Standing all{.in_server = strategy.where == "server"};
    for (const auto& cell : run.cells) {
        if (cell.strategy != strategy.name || cell.kind != kind) continue;
        all.verdict = std::max(all.verdict, cell.verdict);
        all.costs_worker |= cell.costs_worker;
    }
    return all;
}

Strategies candidates(const Run& run) {
    Strategies all;
    for (const auto& each : run.strategies) {
        if (each.group == "curfew") all.push_back(&each);
    }
    return all;
}

Strategies best(const Run& run, std::string_view kind) {
    std::optional<Standing> highest;
    Strategies found;
    for (const auto* const each : candidates(run)) {
        const auto its = standing(run, *each, kind);
        if (!its || (highest && *its > *highest)) continue;
        if (highest && *its < *highest) found.clear();
        highest = its;
        found.push_back(each);
    }
    return found;
}

Strategies by_preference(const Run& run, Strategies strategies) {
    Strategies ordered;
    while (!strategies.empty()) {
        // Intervals that overlap are no order, so this is no sort.
        auto choice = strategies.end();
        std::ptrdiff_t most = -1;
        for (auto each = strategies.begin(); each != strategies.end(); ++each) {
            const auto undercut = std::ranges::any_of(
                strategies, [&](const auto* other) { return cheaper(*other, **each); });
            if (undercut) continue;
            const auto kinds = kinds_best_for(run, *each);
            if (kinds <= most) continue;
            most = kinds;
            choice = each;
        }
        ordered.push_back(*choice);
        strategies.erase(choice);
    }
    return ordered;
}

}  // namespace curfew::laboratory
