#include "worker/app/dispatcher.h"

#include "handlers/base/error.h"
#include "handlers/context/call_context.h"
#include "handlers/routing/handler_scope.h"
#include "worker/app/route_call.h"
#include "worker/http/client_limit.h"

#include <spdlog/spdlog.h>

#include <algorithm>

namespace curfew::worker {

namespace {

Response failure(const Request& request, std::string_view what) {
    spdlog::error("{} {} {}: the handler threw: {}", request.id(), request.method(),
                  request.target(), what);
    return plain_answer(500, "request " + std::string(request.id()));
}

/// An option of zero is off.
Deadline after_unless_zero(Deadline::Clock::time_point start, Duration limit) {
    return limit == Duration::zero() ? Deadline::never() : Deadline::after(start, limit);
}

/// Runs the handler under its limit, by the route's strategy. If harakiri is sooner, the master
/// enforces that.
Response run_within(const Route& route, const Request& request) {
    static Strategy& usual = strategy("deadline");
    Strategy& chosen = route.by() ? *route.by() : usual;
    const auto limit = request.parts().limit;
    const HandlerScope handler(route, request.id());  // for what the strategy reports
    if (chosen.detaches()) {
        const auto call = std::make_shared<RouteCall>(route, request.parts());
        chosen.run_detached(call, limit);
        return call->take();
    }
    RouteCall call(route, request);
    chosen.run(call, limit);
    return call.take();
}

}  // namespace

Response plain_answer(int status, std::string_view detail) {
    std::string body = std::to_string(status);
    body.append(" ").append(reason_phrase(status)).append("\n");
    if (!detail.empty()) body.append(detail).append("\n");
    Response response(status);
    response.body("text/plain; charset=utf-8", std::move(body));
    return response;
}

Plan Dispatcher::plan(RequestParts& parts) const {
    auto match = router_->match(parts.method, parts.path, parts.params);
    if (match.route) return {.route = match.route, .answer = {}};
    if (match.allow.empty()) return {.answer = plain_answer(404)};
    auto answer = parts.method == "OPTIONS" ? Response(204) : plain_answer(405);
    answer.header("Allow", match.allow);
    return {.answer = std::move(answer)};
}

Limits Dispatcher::limits(const Route& route, Deadline::Clock::time_point start) const {
    Limits limits;
    if (route.within()) limits.strategy = Deadline::after(start, *route.within());
    limits.mode = route.harakiri_mode().value_or(options_->harakiri);
    if (limits.mode == Harakiri::off) return limits;
    limits.harakiri = after_unless_zero(start, route.harakiri().value_or(options_->timeout));
    limits.latest_harakiri = limits.harakiri;
    limits.cpu = route.cpu_limit().value_or(options_->cpu_limit);
    return limits;
}

Limits Dispatcher::limits(const Route& route, const RequestParts& parts,
                          const Timing& timing) const {
    auto limits = this->limits(route, timing.start);
    limits.harakiri = std::min(limits.harakiri, timing.budget);
    limits.latest_harakiri =
        std::max(limits.harakiri, Deadline::after(timing.start, options_->harakiri_ceiling));
    limits.slow_at =
        after_unless_zero(timing.start, route.slow().value_or(options_->slow_request_limit));
    if (const auto client = client_limit(parts.fields, options_->timeout_header)) {
        limits.strategy = std::min(limits.strategy, Deadline::after(timing.received, *client));
    }
    return limits;
}

Response Dispatcher::run(const Route& route, const Request& request,
                         Deadline::Clock::time_point start) const noexcept {
    try {
        if (request.parts().deadline.passed(start)) {
            throw TimeoutError("the time was up before the handler could begin");
        }
        if (request.parts().limit.is_never()) {
            const ContextScope own(call_context());  // for Request::extend() to change
            return route(request);
        }
        return run_within(route, request);
    } catch (const HttpError& error) {
        return plain_answer(error.status(), error.what());
    } catch (const std::exception& error) {
        return failure(request, error.what());
    } catch (...) {
        return failure(request, "something that is not a std::exception");
    }
}

}  // namespace curfew::worker
