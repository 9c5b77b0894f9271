#pragma once

#include "master/setup/release.h"

namespace curfew::master {

/// Loads the application once, as the workers' user and with what the configuration wants of its
/// routes, in a process that ends with it: what cannot be served is known before anybody listens,
/// and the master runs no code of the application's.
///
/// False if SIGTERM, SIGINT or SIGQUIT came first; they and the other signals of the master's stay
/// blocked. Throws ConfigError for a user that is unknown, ApplicationError for what is wrong with
/// the application, also that it was not loaded within `boot_timeout`.
[[nodiscard]] bool preflight(const Release& release);

}  // namespace curfew::master
