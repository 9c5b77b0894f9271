#pragma once

#include "handlers/http/saved_request.h"
#include "handlers/routing/route.h"
#include "handlers/timeouts/serializable.h"
#include "handlers/timeouts/strategy.h"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>

namespace curfew::worker {

/// A call of a route's handler with a request, for a strategy to run.
class RouteCall final : public Call {
  public:
    /// Borrows the request until the handler has returned.
    RouteCall(const Route& route, const Request& request) noexcept
        : route_(route), request_(request) {}

    /// Copies the request, because the handler may outlive the original.
    RouteCall(const Route& route, const RequestParts& parts)
        : RouteCall(route, save(parts), parts.extension ? parts.extension->keep() : nullptr) {}

    [[nodiscard]] Response take() {
        rethrow();
        return std::move(*response_);
    }

    [[nodiscard]] Entry entry() const override { return run_elsewhere; }

    /// The route has the same address there, because helpers are forked after the application was
    /// loaded.
    [[nodiscard]] Payload arguments() const override {
        return pack(reinterpret_cast<std::uintptr_t>(&route_), save(request_.parts()));
    }

    void check_result() const override {}

    [[nodiscard]] Payload result() override { return pack(take()); }
    void accept(Payload result) override { response_ = unpack<Response>(std::move(result)); }

  private:
    RouteCall(const Route& route, std::string saved, std::shared_ptr<Extension> extension)
        : route_(route),
          extension_(std::move(extension)),
          saved_(std::in_place, std::move(saved), extension_.get()),
          request_(saved_->parts()) {}

    static Payload run_elsewhere(Payload arguments) {
        auto [route, saved] = unpack<std::pair<std::uintptr_t, std::string>>(std::move(arguments));
        RouteCall call(*reinterpret_cast<const Route*>(route), std::move(saved), nullptr);
        call.run();
        return call.result();
    }

    void invoke() override { response_.emplace(route_(request_)); }

    const Route& route_;
    const std::shared_ptr<Extension> extension_;
    std::optional<SavedRequest> saved_;
    const Request request_;
    std::optional<Response> response_;
};

}  // namespace curfew::worker
