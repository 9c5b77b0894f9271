#pragma once

#include <boost/context/stack_context.hpp>

#include <cstddef>
#include <vector>

namespace curfew {

/// Stacks for fibers, each with a page below that nobody may touch: who outgrows one gets a
/// segmentation fault, not another's memory. A stack costs address space, and what of it has been
/// used; trim() gives that back. Keeps some that are free, since making one costs system calls. Of
/// one thread.
class FiberStacks {
  public:
    static constexpr std::size_t usual_size = 1 << 20;

    /// `size`: bytes, rounded up to whole pages. `kept`: free ones that wait for the next user.
    explicit FiberStacks(std::size_t size = usual_size, std::size_t kept = 64);
    ~FiberStacks();
    FiberStacks(const FiberStacks&) = delete;
    FiberStacks& operator=(const FiberStacks&) = delete;

    /// Throws std::bad_alloc.
    [[nodiscard]] boost::context::stack_context take();
    void put(boost::context::stack_context stack) noexcept;

    /// Of each, at its upper end, so much stays when it is trimmed: most handlers use less.
    static constexpr std::size_t kept_of_each = 64 << 10;

    /// Gives back the memory that deep calls on a stack have used. Nobody may be running on it, or
    /// have variables further down.
    static void trim(const boost::context::stack_context& stack) noexcept;

    /// Those of the running thread, of the usual size.
    [[nodiscard]] static FiberStacks& of_this_thread();

  private:
    std::size_t size_;
    std::size_t kept_;
    std::vector<boost::context::stack_context> free_;
};

}  // namespace curfew
