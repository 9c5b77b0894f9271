#pragma once

#include "handlers/base/deadline.h"
#include "master/stacks/modules.h"

#include <sys/types.h>

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <vector>

namespace curfew::master {

/// Copies from the memory in which a stack lies. False if not all of it can be had.
using ReadStack = std::function<bool(std::uint64_t address, void* to, std::size_t size)>;

/// The calls of a fiber that has been put aside, down to the one that parked it, the innermost
/// first. `registers`: where they lie on its stack. Throws std::runtime_error if it cannot be read.
[[nodiscard]] std::vector<Call> parked_calls(const Modules& modules, pid_t pid, pid_t tid,
                                             std::uint64_t registers, const ReadStack& read);

/// As stack_of(), for a fiber that has been put aside. `parked`: where its registers lie, as the
/// worker says, 0 while it runs. The thread that would let it go on stands still meanwhile. Also
/// throws std::runtime_error if it has gone on already.
[[nodiscard]] std::vector<Call> parked_stack_of(const Modules& modules, pid_t pid, pid_t tid,
                                                const std::atomic<std::uint64_t>& parked,
                                                Deadline deadline);

}  // namespace curfew::master
