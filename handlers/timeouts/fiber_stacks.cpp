#include "fiber_stacks.h"

#include <boost/context/protected_fixedsize_stack.hpp>

namespace curfew {

FiberStacks::FiberStacks(std::size_t size, std::size_t kept) : size_(size), kept_(kept) {
    free_.reserve(kept);
}

FiberStacks::~FiberStacks() {
    boost::context::protected_fixedsize_stack memory;
    for (auto& stack : free_) memory.deallocate(stack);
}

boost::context::stack_context FiberStacks::take() {
    if (free_.empty()) return boost::context::protected_fixedsize_stack(size_).allocate();
    const auto stack = free_.back();
    free_.pop_back();
    return stack;
}

void FiberStacks::put(boost::context::stack_context stack) noexcept {
    if (free_.size() < kept_) {
        free_.push_back(stack);  // reserved
    } else {
        boost::context::protected_fixedsize_stack().deallocate(stack);
    }
}

FiberStacks& FiberStacks::of_this_thread() {
    thread_local FiberStacks stacks;
    return stacks;
}

}  // namespace curfew
