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

// They return warnings, each one line: of options by a former name, and of environment variables,
// which others may have set.

using Warnings = std::vector<std::string>;

[[nodiscard]] Warnings apply_file(const FileContent& content, OptionTable& table);
[[nodiscard]] Warnings apply_flags(const Flags& flags, OptionTable& table);

/// An empty variable counts as not set, unless empty is a value of its option.
[[nodiscard]] Warnings apply_environment(const Environment& environment, OptionTable& table);

}  // namespace curfew::master
