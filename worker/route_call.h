#pragma once

#include "handlers/route.h"
#include "handlers/saved_request.h"
#include "handlers/timeouts/strategy.h"

#include <optional>

namespace curfew::worker {

/// A route's handler and its request, as a strategy runs them.
class RouteCall final : public Call {
  public:
    /// Borrows the request until the handler has returned.
    RouteCall(const Route& route, const Request& request) noexcept
        : route_(route), request_(request) {}

    /// With a copy of the request: the handler may outlive this connection's.
    RouteCall(const Route& route, const RequestParts& parts)
        : route_(route), saved_(save(parts)), request_(saved_->parts()) {}

    [[nodiscard]] Response take() {
        rethrow();
        return std::move(*response_);
    }

  private:
    void invoke() override { response_.emplace(route_(request_)); }

    const Route& route_;
    std::optional<SavedRequest> saved_;
    const Request request_;
    std::optional<Response> response_;
};

}  // namespace curfew::worker
