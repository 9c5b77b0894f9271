#pragma once

#include "../../base/unique_fd.h"

#include <sys/types.h>

namespace curfew {

/// A descriptor of a process, readable once it has ended. Safe while nobody can have reaped it.
/// Throws std::system_error.
[[nodiscard]] UniqueFd open_pidfd(pid_t pid);

/// SIGKILL for exactly that process; nothing if it has ended.
void kill_process(int pidfd) noexcept;

}  // namespace curfew
