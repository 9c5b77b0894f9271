#include "tools/laboratory/judging/cells.h"

#include "tools/laboratory/record/kinds.h"

#include <algorithm>

namespace curfew::laboratory {

const Cell* find_cell(const Run& run, std::string_view strategy, std::string_view kind,
                      std::string_view network) {
    const auto found = std::ranges::find_if(run.cells, [&](const Cell& cell) {
        return cell.strategy == strategy && cell.kind == kind && cell.network == network;
    });
    return found == run.cells.end() ? nullptr : &*found;
}

std::string_view main_network(const Run& run) {
    const auto found = std::ranges::find_if(run.networks, is_clean, &NetworkLayer::name);
    if (found != run.networks.end()) return found->name;
    return run.networks.empty() ? std::string_view() : run.networks.front().name;
}

bool is_crash(std::string_view kind) noexcept { return kind.starts_with("crash"); }

std::optional<double> worst_lateness(const Run& run, std::string_view strategy,
                                     std::string_view network) {
    std::optional<double> worst;
    for (const auto& cell : run.cells) {
        if (cell.strategy != strategy || cell.network != network) continue;
        if (cell.verdict == Verdict::powerless || is_crash(cell.kind)) continue;
        worst = std::max(worst.value_or(cell.summary.late_ms.max), cell.summary.late_ms.max);
    }
    return worst;
}

}  // namespace curfew::laboratory
