#pragma once

#include "master/setup/identity.h"

#include <string>

namespace curfew::master {

/// Creates the log file that an option names, if it does not exist, and makes the workers' user its
/// owner, because workers open the log themselves. An existing file keeps its owner if other users
/// can create files in its directory, because they may have moved another user's file to that name.
/// Throws std::runtime_error (std::system_error included).
void hand_over_log(const std::string& name, const Identity& identity);

}  // namespace curfew::master
