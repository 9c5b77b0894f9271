#pragma once

#include <map>
#include <string>

namespace curfew::master {

/// Environment variables by name.
using Environment = std::map<std::string, std::string>;

/// Those of this process.
[[nodiscard]] Environment current_environment();

}  // namespace curfew::master
