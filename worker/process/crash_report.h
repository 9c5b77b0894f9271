#pragma once

#include "worker/shared/crash_note.h"
#include "worker/shared/stack_dump.h"

#include <cstdint>
#include <string_view>

namespace curfew::worker {

/// From now on, a signal by which this process reports a fault of its own, such as SIGSEGV, is
/// recorded before it ends the process. The process then ends as it would have without this, with
/// the same wait status and core. If the application handles such a signal itself, that handler
/// stays. To be called after answer_with_stacks_in() for the same dump.
void note_crashes_in(CrashNote& note, StackDump& dump);

/// The stack that has overflown, if code with this stack pointer has touched that address.
struct OverflownStack {
    Overflow kind = Overflow::none;
    std::uint64_t size = 0;
};

/// `maps` as in /proc/self/maps. Async-signal-safe.
[[nodiscard]] OverflownStack overflown_stack(std::string_view maps, std::uint64_t address,
                                             std::uint64_t stack_pointer, bool on_fiber) noexcept;

}  // namespace curfew::worker
