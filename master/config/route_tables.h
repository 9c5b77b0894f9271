#pragma once

#include "master/config/config_file.h"
#include "worker/settings/options.h"

#include <vector>

namespace curfew::master {

/// Understands the `[[route]]` tables of a file. Throws ConfigError for an unknown key, a wrong
/// type, a limit out of range or not sooner than its harakiri, and a pattern that is there twice.
[[nodiscard]] std::vector<worker::RouteOverride> routes_from(const std::vector<FileRoute>& tables);

}  // namespace curfew::master
