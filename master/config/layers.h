#pragma once

#include "master/config/config_file.h"
#include "master/config/environment.h"
#include "master/config/flags.h"
#include "master/config/option_table.h"

#include <string>
#include <vector>

namespace curfew::master {

// Each of these functions stores in the table what one source says. They may be called in any
// order, because the table knows which layer takes precedence. They throw ConfigError for the first
// value that is unknown or wrong.

// They return warnings, a line each: about options that are given by a former name, and about
// environment variables that have no effect, because other programs may have set them.

using Warnings = std::vector<std::string>;

[[nodiscard]] Warnings apply_file(const FileContent& content, OptionTable& table);
[[nodiscard]] Warnings apply_flags(const Flags& flags, OptionTable& table);

/// An empty variable counts as not set, unless empty is a value of its option.
[[nodiscard]] Warnings apply_environment(const Environment& environment, OptionTable& table);

}  // namespace curfew::master
