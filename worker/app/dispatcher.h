#pragma once

#include "handlers/http/request.h"
#include "handlers/http/response.h"
#include "handlers/routing/router.h"
#include "worker/settings/options.h"

#include <optional>

namespace curfew::worker {

/// What is to be done for a request: run a route, or answer at once.
struct Plan {
    const Route* route = nullptr;
    std::optional<Response> answer;  ///< set if there is no route to run
};

/// Finds the handler for a request, and turns whatever it does into a response.
class Dispatcher {
  public:
    Dispatcher(const Router& router, const Options& options) noexcept
        : router_(&router), options_(&options) {}

    /// Chooses the route, or makes the 404, 405 or OPTIONS answer. Fills in the parameters.
    [[nodiscard]] Plan plan(RequestParts& parts) const;

    /// The limit after which the master may kill, counted from the handler's start, or from so much
    /// sooner as the request has waited in a queue. never() if off.
    [[nodiscard]] Deadline harakiri(const Route& route, Deadline::Clock::time_point start) const;

    /// From when on it counts as slow.
    [[nodiscard]] Deadline slow_at(const Route& route, Deadline::Clock::time_point start) const;
    /// How far a handler may extend that limit. No sooner than it is.
    [[nodiscard]] Deadline latest_harakiri(Deadline harakiri,
                                           Deadline::Clock::time_point start) const;

    /// What the handler's thread may compute. Zero if that has no limit.
    [[nodiscard]] Duration cpu_limit(const Route& route) const noexcept {
        if (harakiri_mode(route) == Harakiri::off) return Duration::zero();
        return route.cpu_limit().value_or(options_->cpu_limit);
    }

    /// What the master does about a request that exceeds one of these two.
    [[nodiscard]] Harakiri harakiri_mode(const Route& route) const noexcept {
        return route.harakiri_mode().value_or(options_->harakiri);
    }

    /// The limit that the route's strategy enforces: the sooner of the route's own, counted from
    /// the handler's start, and the client's, from when its request was whole; both from so much
    /// sooner as the request has waited in a queue. never() without either.
    [[nodiscard]] Deadline limit(const Route& route, const RequestParts& parts,
                                 Deadline::Clock::time_point received,
                                 Deadline::Clock::time_point start) const;

    /// Runs the handler. An exception becomes a response: HttpError its own, all others a 500 that
    /// names the request id, and a line in the log. A request whose deadline has passed by `start`
    /// is answered 504, and its handler does not run. Safe from any thread.
    [[nodiscard]] Response run(const Route& route, const Request& request,
                               Deadline::Clock::time_point start) const noexcept;

  private:
    const Router* router_;
    const Options* options_;
};

/// A plain-text answer for a status of the server's own making: its text is the reason phrase, or
/// `detail` where there is one.
[[nodiscard]] Response plain_answer(int status, std::string_view detail = {});

}  // namespace curfew::worker
