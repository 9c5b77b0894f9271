#pragma once

#include <atomic>
#include <cstdint>

namespace curfew::worker {

/// Whose stack has overflown.
enum class Overflow : std::uint32_t { none, fiber, thread, process };

/// What a worker notes of the signal that is about to end it, for its exit report. In shared
/// memory, where zero is its initial state. The calls that led there are in its StackDump.
struct CrashNote {
    enum class State : std::uint32_t { none, begun, written };

    std::atomic<State> state;
    std::int32_t signal;
    std::int32_t tid;
    std::int32_t sender;  ///< the process that sent it; 0: the code did something wrong itself
    bool has_address;     ///< of memory that the code touched
    bool has_stack;       ///< the StackDump is about this
    Overflow overflow;
    std::uint64_t address;
    std::uint64_t stack_size;  ///< of the stack that has overflown; bytes, its guard not counted
};

}  // namespace curfew::worker
