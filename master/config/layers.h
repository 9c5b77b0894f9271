#pragma once

#include "master/config/config_file.h"
#include "master/config/environment.h"
#include "master/config/flags.h"
#include "master/config/option_table.h"

namespace curfew::master {

// Each puts what one source says into the table, in any order: the table knows which layer wins.
// They throw ConfigError for the first thing that is unknown or wrong.

void apply_file(const FileContent& content, OptionTable& table);
void apply_environment(const Environment& environment, OptionTable& table);
void apply_flags(const Flags& flags, OptionTable& table);

}  // namespace curfew::master
