#pragma once

#include "master/setup/identity.h"

#include <string>

namespace curfew::master {

/// Makes the log that an option names, unless it is there, and gives it to the user of the workers,
/// who open it themselves. A file that was there before in a directory where others can make files
/// keeps its owner: they may have moved another user's file to that name.
/// Throws std::runtime_error (std::system_error included).
void hand_over_log(const std::string& name, const Identity& identity);

}  // namespace curfew::master
