#pragma once

#include "worker/shared/crash_note.h"
#include "worker/shared/stack_dump.h"

#include <cstdint>
#include <string_view>

namespace curfew::worker {

/// From now on, a signal with which this process reports its own faults, such as SIGSEGV, is noted
/// before it ends the process as it would have done without this: with the same wait status and
/// core. An application that handles such a signal itself is left in charge of it. After
/// answer_with_stacks_in() for the same dump.
void note_crashes_in(CrashNote& note, StackDump& dump);

/// The stack that code with this stack pointer has overflown when it touched that address.
struct OverflownStack {
    Overflow kind = Overflow::none;
    std::uint64_t size = 0;
};

/// `maps` as in /proc/self/maps. Async-signal-safe.
[[nodiscard]] OverflownStack overflown_stack(std::string_view maps, std::uint64_t address,
                                             std::uint64_t stack_pointer, bool on_fiber) noexcept;

}  // namespace curfew::worker
