#pragma once

#include "tools/laboratory/run.h"

namespace curfew::laboratory {

/// The one that this runs on.
[[nodiscard]] Machine this_machine();

}  // namespace curfew::laboratory
