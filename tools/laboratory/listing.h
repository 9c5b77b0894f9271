#pragma once

#include "tools/laboratory/run.h"

#include <string>
#include <vector>

namespace curfew::laboratory {

/// "a", "a and b", "a, b and c".
[[nodiscard]] std::string listing(const std::vector<std::string>& words);

/// The kinds' names; where they are all of a group, and more than one, "every http kind".
[[nodiscard]] std::string kinds_listing(const Run& run, const std::vector<std::string>& kinds);

}  // namespace curfew::laboratory
