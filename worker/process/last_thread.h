#pragma once

#include <atomic>
#include <cstdint>

namespace curfew::worker {

/// Records the thread that ends this process, by an exit or a crash (see crash_report.h), in
/// `thread`, which is shared memory and outlives the process. So the master knows which request has
/// ended the worker, and that the others had no part in it. The value stays 0 if the process is
/// ended from outside, if an application's own handler of the signal came first, or if there was no
/// stack left to run a handler on.
void note_last_thread_in(std::atomic<std::int32_t>& thread);

/// Records the calling thread. Async-signal-safe.
void note_last_thread() noexcept;

}  // namespace curfew::worker
