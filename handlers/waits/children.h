#pragma once

#include <sys/resource.h>
#include <sys/types.h>

namespace curfew {

/// As wait4(), within the limit in force. 0: the limit has passed, or WNOHANG has found no child.
[[nodiscard]] pid_t wait_for_child(pid_t pid, int* status, int options, rusage* usage) noexcept;

/// Kills the process group of a child of this process, and reaps the child.
void kill_group(pid_t leader) noexcept;

}  // namespace curfew
