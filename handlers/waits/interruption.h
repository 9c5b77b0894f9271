#pragma once

namespace curfew {

/// A scope in which this thread calls a function of libc that blocks in a system call which libc
/// makes itself, as fgets() does, where no definition of this room is called. Once the context in
/// force has expired, such a system call fails with EINTR.
///
/// A timer of the thread sends signals for that: SIGRTMIN + 6 at the limit, which interrupts
/// nothing, and then SIGRTMIN + 7 every other millisecond while the scope lasts. The first timer is
/// set only if it is not set for a sooner time already, and stays set at the scope's end: a
/// request needs no system call for it, and its signal may come when there is no scope any more.
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
