#pragma once

#include "tools/laboratory/record/run.h"

#include <string>
#include <vector>

namespace curfew::laboratory {

/// Advice for some kind compares all strategies: one that was measured too seldom could be the
/// better or the worse one by chance, and so there is no advice for the kind.
struct Conclusive {
    Run run;                        ///< without the cells from which nothing follows
    std::vector<std::string> thin;  ///< the kinds that have lost all their cells
    std::size_t few = 0;            ///< cells with fewer than least_samples
};

[[nodiscard]] Conclusive conclusive(const Run& run);

}  // namespace curfew::laboratory
