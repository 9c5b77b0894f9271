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
    std::int32_t
        sender;        ///< the process that sent the signal; 0: the kernel, for a fault of the code
    bool has_address;  ///< `address` is the memory that the code accessed
    bool has_stack;    ///< the StackDump has the stack of this crash
    Overflow overflow;
    std::uint64_t address;
    std::uint64_t stack_size;  ///< of the stack that has overflown; bytes, its guard not counted
};

}  // namespace curfew::worker
