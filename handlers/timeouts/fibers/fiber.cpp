#include "fiber.h"

#include <boost/context/preallocated.hpp>

#include <cassert>
#include <cstring>
#include <memory>
#include <utility>

namespace curfew {

namespace {

/// Boost's allocator for the stack: boost calls deallocate() when the fiber has ended.
class Returned {
  public:
    explicit Returned(FiberStacks& stacks) noexcept : stacks_(&stacks) {}
    void deallocate(boost::context::stack_context& stack) const noexcept { stacks_->put(stack); }

  private:
    FiberStacks* stacks_;
};

}  // namespace

Fiber::Fiber(FiberStacks& stacks, const CallContext& context, Function function)
    : context_(context), function_(std::move(function)), stack_(stacks.take()) {
    const auto* const top = static_cast<const char*>(stack_.sp);
    inside_.begin({.bottom = top - stack_.size, .size = stack_.size});
    paused_ = boost::context::fiber(std::allocator_arg,
                                    boost::context::preallocated(stack_.sp, stack_.size, stack_),
                                    Returned(stacks), [this](boost::context::fiber&& resumer) {
                                        inside_.arrive(outside_);
                                        resumer_ = std::move(resumer);
                                        function_();
                                        ended_ = true;
                                        inside_.leave(outside_, true);
                                        return std::move(resumer_);
                                    });
}

Fiber::~Fiber() {
    assert(ended_);
    inside_.end();
}

void Fiber::resume() {
    std::swap(call_context(), context_);
    outside_.leave(inside_);
    paused_ = std::move(paused_).resume();
    outside_.arrive(inside_);
    std::swap(call_context(), context_);
}

void Fiber::pause() {
    inside_.leave(outside_);
    resumer_ = std::move(resumer_).resume();
    inside_.arrive(outside_);
}

std::uint64_t Fiber::saved_registers() const noexcept {
    static_assert(sizeof paused_ == sizeof(void*));  // its only member is the stack pointer
    std::uintptr_t address = 0;
    std::memcpy(&address, static_cast<const void*>(&paused_), sizeof address);
    return address;
}

}  // namespace curfew
