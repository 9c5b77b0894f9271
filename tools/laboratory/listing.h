#pragma once

#include "tools/laboratory/run.h"

#include <string>
#include <vector>

namespace curfew::laboratory {

/// "a", "a and b", "a, b and c".
[[nodiscard]] std::string listing(const std::vector<std::string>& words);

/// "once", "up to 10 times".
[[nodiscard]] std::string up_to_times(int number);

/// The kinds' names; where they are all of a group, and more than one, "every http kind".
[[nodiscard]] std::string kinds_listing(const Run& run, const std::vector<std::string>& kinds);

}  // namespace curfew::laboratory
