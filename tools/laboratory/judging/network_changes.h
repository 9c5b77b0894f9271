#pragma once

#include "tools/laboratory/record/run.h"

#include <string>
#include <vector>

namespace curfew::laboratory {

/// How a network changes a strategy's verdicts from those over the main network.
struct NetworkChange {
    std::string strategy;
    Verdict here;
    Verdict over_main;
    std::vector<std::string> kinds;
};

struct NetworkChanges {
    int measured = 0;  // cells that were measured over both
    int same = 0;
    std::vector<NetworkChange> changes;
};

[[nodiscard]] NetworkChanges network_changes(const Run& run, const std::string& network);

/// As a sentence or two: "117 of 120 cells as over clean. io is powerless, not clean, with ..."
[[nodiscard]] std::string in_words(const Run& run, const NetworkChanges& changes);

}  // namespace curfew::laboratory
