#include "fiber_stacks.h"

#include <boost/context/protected_fixedsize_stack.hpp>
#include <sys/mman.h>
#include <unistd.h>

namespace curfew {

FiberStacks::FiberStacks(std::size_t size, std::size_t kept) : size_(size), kept_(kept) {
    free_.reserve(kept);
}

FiberStacks::~FiberStacks() {
    boost::context::protected_fixedsize_stack memory;
    for (auto& stack : free_) memory.deallocate(stack);
}

boost::context::stack_context FiberStacks::take() {
    if (free_.empty()) {
        const auto stack = boost::context::protected_fixedsize_stack(size_).allocate();
        // The first access would otherwise allocate a whole huge page.
        ::madvise(static_cast<char*>(stack.sp) - stack.size, stack.size, MADV_NOHUGEPAGE);
        return stack;
    }
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

void FiberStacks::trim(const boost::context::stack_context& stack) noexcept {
    const auto page = static_cast<std::size_t>(::sysconf(_SC_PAGESIZE));
    if (stack.size <= kept_of_each + page) return;
    char* const bottom = static_cast<char*>(stack.sp) - stack.size;
    const auto unused = (stack.size - kept_of_each) / page * page - page;  // the first is the guard
    ::madvise(bottom + page, unused, MADV_DONTNEED);
}

FiberStacks& FiberStacks::of_this_thread() {
    thread_local FiberStacks stacks;
    return stacks;
}

}  // namespace curfew
