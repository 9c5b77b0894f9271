#pragma once

#include "tools/laboratory/record/run.h"

#include <string>
#include <vector>

namespace curfew::laboratory {

/// "a", "a and b", "a, b and c".
[[nodiscard]] std::string listing(const std::vector<std::string>& words);

/// How often each cell was measured: "once", "10 times", "4 to 30 times".
[[nodiscard]] std::string times_measured(const Run& run);

/// The kinds' names; where they are all of a group, and more than one, "every http kind".
[[nodiscard]] std::string kinds_listing(const Run& run, const std::vector<std::string>& kinds);

}  // namespace curfew::laboratory
