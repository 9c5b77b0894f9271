#pragma once

#include "master/config/config_file.h"
#include "master/config/environment.h"
#include "master/config/flags.h"
#include "master/config/option_table.h"

#include <string>
#include <vector>

namespace curfew::master {

// Each puts what one source says into the table, in any order: the table knows which layer wins.
// They throw ConfigError for the first thing that is unknown or wrong.

void apply_file(const FileContent& content, OptionTable& table);
void apply_flags(const Flags& flags, OptionTable& table);

/// What others may have set is no mistake of the user's: about that it returns warnings, each one
/// line. An empty variable counts as not set, unless empty is a value of its option.
[[nodiscard]] std::vector<std::string> apply_environment(const Environment& environment,
                                                         OptionTable& table);

}  // namespace curfew::master
