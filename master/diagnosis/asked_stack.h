#pragma once

#include "handlers/base/deadline.h"
#include "master/stacks/frame.h"
#include "worker/shared/stack_dump.h"

#include <sys/types.h>

#include <atomic>
#include <cstdint>
#include <vector>

namespace curfew::master {

/// The calls of a thread, the innermost first, as the thread itself reports them: its process has
/// called answer_with_stacks_in(dump). The caller needs only the right to send it a signal. Throws
/// std::runtime_error if no answer comes by `deadline`, for example because the thread has blocked
/// all signals.
[[nodiscard]] std::vector<Frame> asked_stack_of(worker::StackDump& dump, pid_t pid, pid_t tid,
                                                Deadline deadline);

/// The same for a parked fiber of that thread: see parked_stack_of(). Also throws if the fiber has
/// been resumed meanwhile.
[[nodiscard]] std::vector<Frame> asked_parked_stack_of(worker::StackDump& dump, pid_t pid,
                                                       pid_t tid,
                                                       const std::atomic<std::uint64_t>& parked,
                                                       Deadline deadline);

}  // namespace curfew::master
