#pragma once

#include "tools/laboratory/record/run.h"

#include <vector>

namespace curfew::laboratory {

/// What to use for which kinds, by the run's cells alone. Of the strategies that are curfew's and
/// safe, those are best for a kind whose worst verdict over all networks is best, then those that
/// cost no worker, then those that limit the function and not the request; by_preference() has
/// their order. Kinds with the same first choice are one recommendation; its `use` is empty where
/// nothing is on time and safe. Then come the limits in the server that hold where those in the
/// function do not, and at last, with an empty `use`, what to stay away from.
[[nodiscard]] std::vector<Recommendation> recommend(const Run& run);

}  // namespace curfew::laboratory
