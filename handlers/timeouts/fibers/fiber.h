#pragma once

#include "../../context/call_context.h"
#include "fiber_stacks.h"
#include "fiber_switch.h"

#include <boost/context/fiber.hpp>

#include <cstdint>
#include <functional>

namespace curfew {

/// A function on a stack of its own, that can pause in the middle and go on later: green threads,
/// one at a time, each of one thread for all its life. While it runs its own CallContext is in
/// force. It must have ended before it is destroyed.
class Fiber {
  public:
    using Function = std::function<void()>;

    /// `function` must not throw. `context`: what its waits obey at first. `stacks` outlives it.
    Fiber(FiberStacks& stacks, const CallContext& context, Function function);
    ~Fiber();
    Fiber(const Fiber&) = delete;
    Fiber& operator=(const Fiber&) = delete;

    /// Runs it until it pauses or ends.
    void resume();

    /// From inside: lets resume() return, and returns itself at the next.
    void pause();

    /// While it is paused, not deep in any calls: gives memory back, see FiberStacks::trim().
    void trim() noexcept { FiberStacks::trim(stack_); }

    [[nodiscard]] bool ended() const noexcept { return ended_; }

    /// While it is paused: where boost.context has put its registers, on its stack. For those who
    /// look at it from outside.
    [[nodiscard]] std::uint64_t saved_registers() const noexcept;

  private:
    CallContext context_;  ///< its own while it is paused, its resumer's while it runs
    Function function_;
    bool ended_ = false;
    boost::context::stack_context stack_;
    FiberSwitch inside_;
    FiberSwitch outside_;
    boost::context::fiber paused_;   ///< it, while it is paused
    boost::context::fiber resumer_;  ///< where to go back to, while it runs
};

}  // namespace curfew
