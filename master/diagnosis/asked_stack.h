#pragma once

#include "handlers/base/deadline.h"
#include "master/stacks/frame.h"
#include "worker/shared/stack_dump.h"

#include <sys/types.h>

#include <atomic>
#include <cstdint>
#include <vector>

namespace curfew::master {

/// The calls of a thread, the innermost first, by its own account: its process runs
/// answer_with_stacks_in(dump). Needs the right to send it a signal, no more. Throws
/// std::runtime_error if no answer comes by `deadline`, as from a thread that has all signals
/// blocked.
[[nodiscard]] std::vector<Frame> asked_stack_of(worker::StackDump& dump, pid_t pid, pid_t tid,
                                                Deadline deadline);

/// The same of a fiber of that thread that has been put aside: see parked_stack_of(). Also throws
/// if it has gone on meanwhile.
[[nodiscard]] std::vector<Frame> asked_parked_stack_of(worker::StackDump& dump, pid_t pid,
                                                       pid_t tid,
                                                       const std::atomic<std::uint64_t>& parked,
                                                       Deadline deadline);

}  // namespace curfew::master
