#pragma once

#include "tools/laboratory/record/run.h"

#include <compare>
#include <optional>
#include <string_view>
#include <vector>

namespace curfew::laboratory {

/// How a strategy fares with a kind; the smaller, the better.
struct Standing {
    Verdict verdict = Verdict::clean;  // the worst over all networks
    bool costs_worker = false;         // over any of them
    bool in_server = false;

    auto operator<=>(const Standing&) const = default;
};

/// Absent if it was not measured over the main network.
[[nodiscard]] std::optional<Standing> standing(const Run& run, const StrategyRow& strategy,
                                               std::string_view kind);

using Strategies = std::vector<const StrategyRow*>;

/// The strategies that may be recommended: curfew's own, without the unsafe ones.
[[nodiscard]] Strategies candidates(const Run& run);

/// The candidates of the best standing there is for the kind.
[[nodiscard]] Strategies best(const Run& run, std::string_view kind);

/// The cheaper first, if that is more than chance and more than a microsecond; then those that are
/// best for more kinds; then as they are. Those whose cost was not measured come last.
[[nodiscard]] Strategies by_preference(const Run& run, Strategies strategies);

}  // namespace curfew::laboratory
