#pragma once

#include "master/config/config_file.h"
#include "worker/settings/options.h"

#include <vector>

namespace curfew::master {

/// Parses the `[[route]]` tables of a file. Throws ConfigError for an unknown key, a wrong type, a
/// value out of range, a limit that is not shorter than the harakiri limit, and a pattern that
/// occurs twice.
[[nodiscard]] std::vector<worker::RouteOverride> routes_from(const std::vector<FileRoute>& tables);

}  // namespace curfew::master
