#pragma once

#include "tools/laboratory/record/run.h"

#include <string>

namespace curfew::laboratory {

/// Strategies by kinds over the main network, with columns for lateness and cost at the right.
/// Kinds that do not fit in the terminal's width come in a second one below.
[[nodiscard]] std::string matrix(const Run& run, bool colour);

}  // namespace curfew::laboratory
