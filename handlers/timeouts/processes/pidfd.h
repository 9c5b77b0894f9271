#pragma once

#include "../../base/unique_fd.h"

#include <sys/types.h>

namespace curfew {

/// A descriptor of a process, which becomes readable when the process ends. Only for a process that
/// cannot have been reaped yet. Throws std::system_error.
[[nodiscard]] UniqueFd open_pidfd(pid_t pid);

/// Sends SIGKILL to exactly that process; no effect if it has ended.
void kill_process(int pidfd) noexcept;

}  // namespace curfew
