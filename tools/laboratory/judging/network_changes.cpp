#include "tools/laboratory/judging/network_changes.h"

#include "tools/laboratory/judging/cells.h"
#include "tools/laboratory/judging/listing.h"
#include "tools/laboratory/judging/verdict.h"

#include <fmt/format.h>

#include <algorithm>

namespace curfew::laboratory {

namespace {

void add(std::vector<NetworkChange>& changes, const Cell& cell, Verdict over_main) {
    const auto known = std::ranges::find_if(changes, [&](const NetworkChange& each) {
        return each.strategy == cell.strategy && each.here == cell.verdict &&
               each.over_main == over_main;
    });
    if (known != changes.end()) {
        known->kinds.push_back(cell.kind);
    } else {
        changes.push_back({cell.strategy, cell.verdict, over_main, {cell.kind}});
    }
}

}  // namespace

NetworkChanges network_changes(const Run& run, const std::string& network) {
    NetworkChanges all;
    for (const auto& cell : run.cells) {
        if (cell.network != network) continue;
        const auto* const main = find_cell(run, cell.strategy, cell.kind, main_network(run));
        if (!main) continue;
        ++all.measured;
        if (main->verdict == cell.verdict) {
            ++all.same;
        } else {
            add(all.changes, cell, main->verdict);
        }
    }
    return all;
}

std::string in_words(const Run& run, const NetworkChanges& changes) {
    if (changes.measured == 0) return "not measured";
    auto text =
        fmt::format("{} of {} cells as over {}", changes.same, changes.measured, main_network(run));
    for (const auto& each : changes.changes) {
        text += fmt::format("; {} is {}, not {}, with {}", each.strategy, name(each.here),
                            name(each.over_main), kinds_listing(run, each.kinds));
    }
    return text;
}

}  // namespace curfew::laboratory
