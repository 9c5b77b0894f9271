#pragma once

#include <cstddef>

namespace curfew {

/// State that must be saved when a thread changes from one stack to another, and restored when it
/// returns: the exceptions in flight, which the C++ runtime keeps for each thread, and what the
/// sanitizers know of the stack.
///
///     here.leave(there); <the other stack runs>; here.arrive(there);
class FiberSwitch {
  public:
    /// A stack, from its lowest address on.
    struct Stack {
        const void* bottom = nullptr;
        std::size_t size = 0;
    };

    /// Another stack is about to take over. `last`: this one will never run again.
    void leave(const FiberSwitch& to, bool last = false) noexcept;

    /// This stack runs, for the first time or again; `from` is the one that it was entered from.
    void arrive(FiberSwitch& from) noexcept;

    /// For a fiber's stack, before the first switch to it. For a thread's own stack the sanitizer
    /// says which it is.
    void begin(Stack stack) noexcept;
    void end() noexcept;

  private:
    Stack stack_;
    [[maybe_unused]] void* fake_stack_ = nullptr;  ///< AddressSanitizer's
    [[maybe_unused]] void* tsan_fiber_ = nullptr;  ///< ThreadSanitizer's
    void* caught_ = nullptr;                       ///< exceptions being handled
    unsigned int uncaught_ = 0;                    ///< the number of exceptions in flight
};

}  // namespace curfew
