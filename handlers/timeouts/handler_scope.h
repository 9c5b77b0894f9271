#pragma once

#include "../route.h"
#include "copies.h"
#include "waiting.h"

#include <string_view>
#include <utility>

namespace curfew {

/// Around each call of a route's handler, or of code that it has left: see CopyEnds and
/// Patience::route.
class HandlerScope {
  public:
    HandlerScope(const Route& route, std::string_view request) noexcept
        : copies_(route.pattern(), request), before_(std::exchange(patience().route, &route)) {}
    ~HandlerScope() { patience().route = before_; }
    HandlerScope(const HandlerScope&) = delete;
    HandlerScope& operator=(const HandlerScope&) = delete;

  private:
    const CopyEnds copies_;
    const Route* const before_;
};

}  // namespace curfew
