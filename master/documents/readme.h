#pragma once

#include "master/config/option_table.h"

#include <string>

namespace curfew::master {

/// README.md with the most important options between its two marks, in place of what is there.
/// Throws std::runtime_error if there are no such marks.
[[nodiscard]] std::string readme_with_options(const std::string& readme, const OptionTable& table);

}  // namespace curfew::master
