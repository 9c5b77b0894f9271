#pragma once

#include <string>

namespace curfew::master {

/// Sets up the error log, spdlog's default logger, for this process and those it forks:
/// synchronous, so that fork copies no thread. `name`: a file, or what the option says otherwise:
/// `-` is standard error. Throws std::runtime_error, and then the log that is open stays.
void open_log(const std::string& name, const std::string& level);

/// The same; if it fails, the log that is open says so and goes on.
void reopen_log(const std::string& name, const std::string& level) noexcept;

}  // namespace curfew::master
