#pragma once

#include "tools/laboratory/record/run.h"

#include <atomic>

namespace curfew::laboratory {

/// What each strategy of the run costs when nothing is slow: StrategyRow::cost. What has it already
/// is left as it is, as are those that curfew does not have. What cannot be measured is a gap that
/// says why. Stops early once `interrupted`.
void measure_costs(Run& run, const std::atomic<bool>& interrupted);

}  // namespace curfew::laboratory
