#pragma once

#include "master/config/option_table.h"
#include "master/config/options.h"

namespace curfew::master {

/// Refuses combinations of values that each option by itself allows. `table` knows where each value
/// comes from, for the message. Throws ConfigError.
void check_combinations(const Options& options, OptionTable& table);

}  // namespace curfew::master
