#pragma once

#include <ucontext.h>

#include <atomic>
#include <cstddef>
#include <cstdint>

namespace curfew::worker {

/// How a worker tells the stack of one of its threads to somebody who may not look at it from
/// outside. In shared memory, where zero is its initial state. Whoever asks counts `asked` up and
/// sends the thread stack_signal(); the answer is there once `answered` has the same number.
struct StackDump {
    static constexpr std::size_t most_frames = 64;

    /// Of a parked fiber's stack; less if it has no more.
    static constexpr std::size_t most_memory = 64 << 10;

    std::atomic<std::uint32_t> asked;
    std::atomic<std::uint32_t> answered;
    std::atomic<bool> busy;
    std::uint64_t parked;  ///< asked for: where a fiber of that thread has its registers; 0: itself
    std::int32_t tid;      ///< whose it is
    std::uint32_t frames;  ///< the innermost first
    std::uint32_t maps_size;
    std::uintptr_t addresses[most_frames];
    char maps[256 << 10];  ///< /proc/PID/maps, which others may not read
    std::uint32_t memory_size;
    std::byte memory[most_memory];  ///< from `parked` on
};

/// From now on this process answers, in whatever thread is asked. To be called by the thread that
/// runs handlers, which gets a stack for that.
void answer_with_stacks_in(StackDump& dump);

/// Async-signal-safe: writes down where the thread was when a signal interrupted it, for good: the
/// dump answers no question any more. False if it is just answering one.
bool dump_stack(StackDump& dump, const ucontext_t& context) noexcept;

}  // namespace curfew::worker
