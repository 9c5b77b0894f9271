#pragma once

#include "../../base/deadline.h"

#include <sys/types.h>

#include <vector>

namespace curfew {

/// The children of a process, zombies included; none if the process is gone. A child that ends
/// meanwhile may hide others, unless the process is stopped. At `give_up` it returns the children
/// found so far. Throws std::system_error if no descriptor is left.
[[nodiscard]] std::vector<pid_t> children_of(pid_t process, Deadline give_up = Deadline::never());

/// The same for kernels whose /proc has no lists of children. It looks at all processes.
[[nodiscard]] std::vector<pid_t> children_by_parent(pid_t process,
                                                    Deadline give_up = Deadline::never());

/// 0 if the process is gone. Throws as children_of().
[[nodiscard]] pid_t parent_of(pid_t process);

}  // namespace curfew
