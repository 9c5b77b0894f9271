#pragma once

#include <boost/context/stack_context.hpp>

#include <cstddef>
#include <vector>

namespace curfew {

/// Stacks for fibers. Below each stack is a guard page, so that an overflow is a segmentation fault
/// and does not write into another stack. A stack costs address space, and memory for what has been
/// used; trim() gives that memory back. Some free stacks are kept, because a new one costs system
/// calls. For use by one thread.
class FiberStacks {
  public:
    static constexpr std::size_t usual_size = 1 << 20;

    /// `size`: bytes, rounded up to whole pages. `kept`: how many free stacks are kept.
    explicit FiberStacks(std::size_t size = usual_size, std::size_t kept = 64);
    ~FiberStacks();
    FiberStacks(const FiberStacks&) = delete;
    FiberStacks& operator=(const FiberStacks&) = delete;

    /// Throws std::bad_alloc.
    [[nodiscard]] boost::context::stack_context take();
    void put(boost::context::stack_context stack) noexcept;

    /// trim() leaves this much at the upper end of a stack. Most handlers use less.
    static constexpr std::size_t kept_of_each = 64 << 10;

    /// Gives back the memory that deep calls on a stack have used. The stack must not be running,
    /// and must not have live variables below that part.
    static void trim(const boost::context::stack_context& stack) noexcept;

    /// The stacks of the running thread, of the usual size.
    [[nodiscard]] static FiberStacks& of_this_thread();

  private:
    std::size_t size_;
    std::size_t kept_;
    std::vector<boost::context::stack_context> free_;
};

}  // namespace curfew
