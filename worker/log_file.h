#pragma once

#include "handlers/unique_fd.h"

#include <string>

namespace curfew::worker {

/// Opens a log for appending, and makes it if need be. If it is a FIFO nobody waits, neither for a
/// reader here nor for room in it later: what does not fit is lost. Throws std::system_error.
[[nodiscard]] UniqueFd open_log_file(const std::string& path);

}  // namespace curfew::worker
