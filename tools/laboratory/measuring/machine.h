#pragma once

#include "tools/laboratory/record/run.h"

namespace curfew::laboratory {

/// The one that this runs on, with what it measures and what it measures by.
[[nodiscard]] Machine this_machine();

}  // namespace curfew::laboratory
