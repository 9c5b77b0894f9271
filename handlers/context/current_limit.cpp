#include "current_limit.h"

#include <algorithm>

namespace curfew {

CurrentLimit::CurrentLimit() noexcept
    : deadline_(call_context().end_of_waits()),
      limit_(call_context().limit),
      per_operation_(call_context().per_operation) {}

CallContext CurrentLimit::applied() const noexcept {
    auto context = call_context();
    if (deadline_ < context.deadline) context.borrowed = nullptr;
    context.deadline = std::min(context.deadline, deadline_);
    context.limit = std::min(context.limit, limit_);
    context.per_operation = std::min(context.per_operation, per_operation_);
    return context;
}

}  // namespace curfew
