#pragma once

#include "handlers/deadline.h"
#include "master/post_mortem/modules.h"

#include <sys/types.h>

#include <atomic>
#include <cstdint>
#include <vector>

namespace curfew::master {

/// As stack_of(), for a fiber that has been put aside: its calls down to the one that parked it,
/// the innermost first. `parked`: where its registers lie, as the worker says, 0 while it runs. The
/// thread that would let it go on stands still meanwhile. Also throws std::runtime_error if it has
/// gone on already.
[[nodiscard]] std::vector<Call> parked_stack_of(const Modules& modules, pid_t pid, pid_t tid,
                                                const std::atomic<std::uint64_t>& parked,
                                                Deadline deadline);

}  // namespace curfew::master
