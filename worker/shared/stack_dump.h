#pragma once

#include <ucontext.h>

#include <atomic>
#include <cstddef>
#include <cstdint>

namespace curfew::worker {

/// How a worker tells the stack of one of its threads to the master, which may have no right to use
/// ptrace. In shared memory; zero is the initial state. The master increments `asked` and sends
/// stack_signal() to the thread; the answer is there once `answered` has the same number.
struct StackDump {
    static constexpr std::size_t most_frames = 64;

    /// The most bytes of a parked fiber's stack.
    static constexpr std::size_t most_memory = 64 << 10;

    std::atomic<std::uint32_t> asked;
    std::atomic<std::uint32_t> answered;
    std::atomic<bool> busy;
    std::uint64_t
        parked;        ///< in: where a parked fiber has its registers; 0: the thread's own stack
    std::int32_t tid;  ///< the thread that has answered
    std::uint32_t frames;  ///< the number of `addresses`, of which the innermost is first
    std::uint32_t maps_size;
    std::uintptr_t addresses[most_frames];
    char maps[256 << 10];  ///< /proc/PID/maps, which others may not read
    std::uint32_t memory_size;
    std::byte memory[most_memory];  ///< from `parked` on
};

/// From now on every thread of this process answers if it is asked. To be called by the thread that
/// runs handlers, which gets a signal stack for that.
void answer_with_stacks_in(StackDump& dump);

/// Async-signal-safe: writes down where the thread was when a signal interrupted it, for good: the
/// dump answers no question any more. False if it is just answering one.
bool dump_stack(StackDump& dump, const ucontext_t& context) noexcept;

}  // namespace curfew::worker
