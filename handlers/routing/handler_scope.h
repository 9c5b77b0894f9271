#pragma once

#include "../context/call_context.h"
#include "../context/copies.h"
#include "route.h"

#include <string_view>
#include <utility>

namespace curfew {

/// Around each call of a route's handler, or of code that it has left: see CopyEnds and
/// CallContext::route.
class HandlerScope {
  public:
    HandlerScope(const Route& route, std::string_view request) noexcept
        : copies_(route.pattern(), request),
          before_(std::exchange(call_context().route, route.pattern().c_str())) {}
    ~HandlerScope() { call_context().route = before_; }
    HandlerScope(const HandlerScope&) = delete;
    HandlerScope& operator=(const HandlerScope&) = delete;

  private:
    const CopyEnds copies_;
    const char* const before_;
};

}  // namespace curfew
