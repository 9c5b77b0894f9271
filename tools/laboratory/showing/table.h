#pragma once

#include "tools/laboratory/record/run.h"

#include <string>

namespace curfew::laboratory {

/// The run for the terminal: its matrix of strategies by kinds of being stuck, lateness, costs,
/// gaps and recommendations. No line is longer than 100 columns, unless a name is. A verdict has a
/// sign and a letter; colour only repeats it.
[[nodiscard]] std::string table(const Run& run, bool colour);

}  // namespace curfew::laboratory
