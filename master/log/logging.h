#pragma once

#include <string>

namespace curfew::master {

/// Sets up the error log, spdlog's default logger, for this process and those that it forks. The
/// logger is synchronous, because fork() does not copy a thread that would write. `name`: the value
/// of the option; `-` is standard error. Throws std::runtime_error; then the log that was open
/// before stays open.
void open_log(const std::string& name, const std::string& level);

/// The same, but a failure is not thrown: it is written to the log that was open before, which
/// stays open.
void reopen_log(const std::string& name, const std::string& level) noexcept;

}  // namespace curfew::master
