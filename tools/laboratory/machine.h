#pragma once

#include "tools/laboratory/run.h"

namespace curfew::laboratory {

/// The one that this runs on, with the curfew and the demo that it measures.
[[nodiscard]] Machine this_machine();

}  // namespace curfew::laboratory
