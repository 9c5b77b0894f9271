#pragma once

#include "handlers/base/deadline.h"
#include "master/stacks/modules.h"

#include <sys/types.h>

#include <vector>

namespace curfew::master {

/// The outermost calls of a longer stack are left out.
constexpr std::size_t most_frames = 64;

/// The calls of a thread of another process, the innermost first. The thread is stopped for about
/// half a millisecond, and not after `deadline`; the names of the calls are found after it has
/// continued. Throws std::system_error if the thread cannot be stopped, for example with EPERM.
[[nodiscard]] std::vector<Call> stack_of(const Modules& modules, pid_t pid, pid_t tid,
                                         Deadline deadline);

/// The calls of a thread of the process to which the modules are attached.
[[nodiscard]] std::vector<Call> calls_of(const Modules& modules, pid_t tid);

}  // namespace curfew::master
