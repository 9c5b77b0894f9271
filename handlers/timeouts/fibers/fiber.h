#pragma once

#include "../../context/call_context.h"
#include "fiber_stacks.h"
#include "fiber_switch.h"

#include <boost/context/fiber.hpp>

#include <cstdint>
#include <functional>

namespace curfew {

/// A function on a stack of its own, which can pause and be resumed later (a green thread). A fiber
/// stays on one thread for all its life, and one fiber of a thread runs at a time. While it runs,
/// its own CallContext is in force. It must have ended before it is destroyed.
class Fiber {
  public:
    using Function = std::function<void()>;

    /// `function` must not throw. `context`: the context in force at its begin. `stacks` must
    /// outlive the fiber.
    Fiber(FiberStacks& stacks, const CallContext& context, Function function);
    ~Fiber();
    Fiber(const Fiber&) = delete;
    Fiber& operator=(const Fiber&) = delete;

    /// Runs the fiber until it pauses or ends.
    void resume();

    /// Called on the fiber: lets resume() return, and returns at the next resume().
    void pause();

    /// Gives memory of the stack back, see FiberStacks::trim(). Only while the fiber is paused, and
    /// not deep in calls.
    void trim() noexcept { FiberStacks::trim(stack_); }

    [[nodiscard]] bool ended() const noexcept { return ended_; }

    /// While it is paused: the address on its stack where boost.context has put its registers.
    /// Another process reads the stack from there.
    [[nodiscard]] std::uint64_t saved_registers() const noexcept;

  private:
    CallContext context_;  ///< its own while it is paused, its resumer's while it runs
    Function function_;
    bool ended_ = false;
    boost::context::stack_context stack_;
    FiberSwitch inside_;
    FiberSwitch outside_;
    boost::context::fiber paused_;   ///< this fiber, while it is paused
    boost::context::fiber resumer_;  ///< who called resume(), while this fiber runs
};

}  // namespace curfew
