#pragma once

#include <atomic>
#include <cstdint>

namespace curfew::worker {

/// Has this process note the thread that ends it, by exit or by a crash (see crash_report.h), in
/// `thread`: shared memory that outlives it. What was running there is then known to be why, and
/// what others ran is known to have had no part in it. 0 stays for a process that is ended from
/// outside, and where nobody could tell: an application's own handler of the signal came first, or
/// there was no stack left to handle it on.
void note_last_thread_in(std::atomic<std::int32_t>& thread);

/// It is the one that runs. Async-signal-safe.
void note_last_thread() noexcept;

}  // namespace curfew::worker
