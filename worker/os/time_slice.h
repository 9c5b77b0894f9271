#pragma once

namespace curfew::worker {

/// From now on this thread runs as soon as it wakes, though others compute: it asks the kernel for
/// turns so short that it comes before them. Its share of the CPU is as before, no privilege is
/// needed, and what it forks is scheduled as usual. No effect before Linux 6.12, nor where another
/// policy or a negative nice value is in force: see sched_setattr(2). Async-signal-safe.
void shorten_time_slice() noexcept;

}  // namespace curfew::worker
