#pragma once

namespace curfew::worker {

/// Unmaps the memory that a keeper inherits from its worker and does not need, because it only
/// makes async-signal-safe calls: the heap, and every library except those of C and C++. The
/// program, these two libraries, the stack, thread-local storage and all shared memory stay mapped.
/// Unchanged pages of the program and of the two libraries are dropped, and come back from the page
/// cache when they are used. No effect in builds with sanitizers, nor with preloaded libraries,
/// whose functions may replace libc's.
void release_memory() noexcept;

}  // namespace curfew::worker
