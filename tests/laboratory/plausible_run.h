#pragma once

#include "tools/laboratory/record/run.h"

namespace curfew::laboratory {

/// A run such as the lab may find: every strategy against every kind over three networks, always
/// the same. For tests of what shows runs; its figures are made up. Two cells are missing, one
/// strategy has no cost, and the names of one kind and one gap would hurt a page that takes text
/// for markup.
[[nodiscard]] Run plausible_run();

}  // namespace curfew::laboratory
