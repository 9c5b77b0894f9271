#pragma once

#include <string>

namespace curfew::master {

/// Sets up the error log, spdlog's default logger, for this process and those it forks:
/// synchronous, so that fork copies no thread. `path`: "-" is standard error. Throws
/// std::runtime_error.
void open_log(const std::string& path, const std::string& level);

}  // namespace curfew::master
