#pragma once

#include "master/config/option_table.h"
#include "worker/settings/options.h"

#include <string>
#include <vector>

namespace curfew::master {

/// What --help prints; the values that `table` holds are shown as the defaults.
[[nodiscard]] std::string help_text(const OptionTable& table);

/// A complete TOML file with the values that `table` holds, each under its help.
[[nodiscard]] std::string file_text(const OptionTable& table,
                                    const std::vector<worker::RouteOverride>& routes);

}  // namespace curfew::master
