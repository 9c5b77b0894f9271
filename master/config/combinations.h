#pragma once

#include "master/config/option_table.h"
#include "master/config/options.h"

namespace curfew::master {

/// Refuses what each option allows by itself, but not together. `table` knows where each value
/// comes from. Throws ConfigError.
void check_combinations(const Options& options, OptionTable& table);

}  // namespace curfew::master
