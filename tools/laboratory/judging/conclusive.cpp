#include "tools/laboratory/judging/conclusive.h"

#include "tools/laboratory/judging/verdict.h"

#include <algorithm>
#include <iterator>
#include <set>

namespace curfew::laboratory {

namespace {

bool has_few(const Cell& cell) { return std::ssize(cell.samples) < least_samples; }

bool is_candidate(const Run& run, const Cell& cell) {
    const auto row = std::ranges::find(run.strategies, cell.strategy, &StrategyRow::name);
    return row != run.strategies.end() && row->group == "curfew";
}

}  // namespace

Conclusive conclusive(const Run& run) {
    Conclusive found{.run = run, .thin = {}};
    std::set<std::string> thin;
    for (const auto& cell : run.cells) {
        if (!has_few(cell)) continue;
        ++found.few;
        if (is_candidate(run, cell)) thin.insert(cell.kind);
    }
    std::erase_if(found.run.cells,
                  [&](const Cell& cell) { return has_few(cell) || thin.contains(cell.kind); });
    for (const auto& kind : run.kinds) {
        if (thin.contains(kind.name)) found.thin.push_back(kind.name);
    }
    return found;
}

}  // namespace curfew::laboratory
