#pragma once

namespace curfew::worker {

/// Unmaps what a process does not need that has copied its parent's memory and from now on only
/// makes async-signal-safe calls: the heap, and every library but those of C and C++. What stays is
/// the program, these two, the stack, thread-local storage and all shared memory; of the program
/// and the two not even that, but for what has been changed, until it is used again. No effect in
/// builds with sanitizers, nor with preloaded libraries, which may stand between program and these.
void release_memory() noexcept;

}  // namespace curfew::worker
