#pragma once

namespace curfew::worker {

/// Makes this thread run as soon as it wakes, even if other threads compute: it asks the kernel for
/// time slices so short that it comes before the others. Its share of the CPU does not change, no
/// privilege is needed, and processes that it forks are scheduled as usual. No effect before Linux
/// 6.12, or if another scheduling policy or a negative nice value is set: see sched_setattr(2).
/// Async-signal-safe.
void shorten_time_slice() noexcept;

}  // namespace curfew::worker
