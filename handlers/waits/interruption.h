#pragma once

namespace curfew {

/// A scope in which this thread calls a function of libc that blocks in a system call which libc
/// makes itself, as fgets() does, where no definition of this room is called. Once the context in
/// force has expired, such a system call fails with EINTR.
///
/// A timer of the thread sends signals for that: SIGRTMIN + 6 at the limit, which interrupts
/// nothing here, and then SIGRTMIN + 7 every other millisecond while this scope lasts. The first
/// timer is set only if it is not set for a sooner time already, and stays set until the scope of
/// the limit ends, so that most scopes need no system call. It does not stay set in a thread that
/// a function with a limit has started: that function may end first.
///
/// Code that has blocked or replaced the signals is not interrupted.
class Interruption {
  public:
    Interruption();
    ~Interruption();
    Interruption(const Interruption&) = delete;
    Interruption& operator=(const Interruption&) = delete;
};

}  // namespace curfew
