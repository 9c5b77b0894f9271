#pragma once

#include "handlers/base/deadline.h"
#include "master/stacks/modules.h"

#include <sys/types.h>

#include <vector>

namespace curfew::master {

/// No stack is shown deeper.
constexpr std::size_t most_frames = 64;

/// The calls of a thread of another process, the innermost first. The thread stands still for about
/// half a millisecond, and for no longer than until `deadline`. Throws std::system_error if it
/// cannot be looked at (EPERM: it may not be). Their names are found later, when it goes on again.
[[nodiscard]] std::vector<Call> stack_of(const Modules& modules, pid_t pid, pid_t tid,
                                         Deadline deadline);

/// Those of a thread of what the modules are attached to.
[[nodiscard]] std::vector<Call> calls_of(const Modules& modules, pid_t tid);

}  // namespace curfew::master
