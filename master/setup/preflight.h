#pragma once

#include "master/setup/release.h"

namespace curfew::master {

/// Loads the application once in a temporary process, as the workers' user, and applies the
/// configuration to its routes. So the server finds out before it listens whether the application
/// can be served, and the master itself never runs code of the application.
///
/// False if SIGTERM, SIGINT or SIGQUIT has arrived meanwhile; these signals and the others of the
/// master stay blocked. Throws ConfigError for an unknown user, and ApplicationError for anything
/// that is wrong with the application, also if it is not loaded within `boot_timeout`.
[[nodiscard]] bool preflight(const Release& release);

}  // namespace curfew::master
