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

/// Copies from the memory in which a stack lies. False if a part of it cannot be read.
using ReadStack = std::function<bool(std::uint64_t address, void* to, std::size_t size)>;

/// The calls of a parked fiber up to the call that has parked it, the innermost first. `registers`:
/// the address of its saved registers, on its stack. Throws std::runtime_error if the stack cannot
/// be read.
[[nodiscard]] std::vector<Call> parked_calls(const Modules& modules, pid_t pid, pid_t tid,
                                             std::uint64_t registers, const ReadStack& read);

/// As stack_of(), for a parked fiber. `parked`: the address of its saved registers, as the worker
/// reports it; 0: the fiber runs. The thread that would resume the fiber is stopped meanwhile. Also
/// throws std::runtime_error if the fiber has been resumed already.
[[nodiscard]] std::vector<Call> parked_stack_of(const Modules& modules, pid_t pid, pid_t tid,
                                                const std::atomic<std::uint64_t>& parked,
                                                Deadline deadline);

}  // namespace curfew::master
