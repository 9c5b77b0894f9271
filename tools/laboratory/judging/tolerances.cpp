#include "tools/laboratory/judging/tolerances.h"

#include "tools/laboratory/judging/listing.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <vector>

namespace curfew::laboratory {

std::string tolerances(const Run& run) {
    const auto usual = run.settings.tolerance_ms;
    std::map<double, std::vector<std::string>> others;
    for (const auto& cell : run.cells) {
        if (cell.tolerance_ms == usual) continue;
        auto& names = others[cell.tolerance_ms];
        if (std::ranges::count(names, cell.strategy) == 0) names.push_back(cell.strategy);
    }
    std::string exceptions;
    for (const auto& [tolerance, names] : others) {
        exceptions += fmt::format("{}{:g} ms with {}", exceptions.empty() ? "" : "; ", tolerance,
                                  listing(names));
    }
    return fmt::format("{:g} ms", usual) + (exceptions.empty() ? "" : " (" + exceptions + ")");
}

}  // namespace curfew::laboratory
