#pragma once

#include "handlers/http/request.h"
#include "handlers/http/response.h"
#include "handlers/routing/router.h"
#include "worker/settings/options.h"

#include <algorithm>
#include <optional>

namespace curfew::worker {

/// What to do for a request: run a route, or respond at once.
struct Plan {
    const Route* route = nullptr;
    std::optional<Response> answer;  ///< set if there is no route to run
};

/// The times from which the limits of a request count.
struct Timing {
    /// When the request was complete, less the time that it has waited in queues. The client's
    /// limit counts from here.
    Deadline::Clock::time_point received;

    /// When the handler begins, less the time in queues. All other limits count from here.
    Deadline::Clock::time_point start;

    /// What is left of the harakiri limit, if the request has begun in another worker.
    Deadline budget = Deadline::never();
};

/// The limits of a request, or of one piece of a stream, which has the limits of its route.
struct Limits {
    Harakiri mode = Harakiri::on;  ///< what the master does when one of its two is exceeded
    Deadline harakiri = Deadline::never();         ///< the master's, by the wall clock
    Deadline latest_harakiri = Deadline::never();  ///< how far a handler may extend it
    Duration cpu = Duration::zero();        ///< the master's, by the thread's CPU clock; zero: none
    Deadline slow_at = Deadline::never();   ///< from when on the request counts as slow
    Deadline strategy = Deadline::never();  ///< what the route's strategy enforces; for a piece of
                                            ///< a stream always `deadline`

    /// When the master kills the worker; never() if it only logs, or does nothing.
    [[nodiscard]] Deadline killed_at() const noexcept {
        return mode == Harakiri::on ? harakiri : Deadline::never();
    }

    /// When the request ends at the latest, unless the handler extends its limit.
    [[nodiscard]] Deadline soonest() const noexcept { return std::min(strategy, killed_at()); }
};

/// Finds the handler for a request, runs it, and makes a response of whatever it returns or throws.
class Dispatcher {
  public:
    Dispatcher(const Router& router, const Options& options) noexcept
        : router_(&router), options_(&options) {}

    /// Chooses the route, or makes the 404, 405 or OPTIONS answer. Fills in the parameters.
    [[nodiscard]] Plan plan(RequestParts& parts) const;

    /// The limits of a request of that route. The limit of the strategy is the sooner of the
    /// route's and the client's.
    [[nodiscard]] Limits limits(const Route& route, const RequestParts& parts,
                                const Timing& timing) const;

    /// The limits of a piece of a stream of that route.
    [[nodiscard]] Limits limits(const Route& route, Deadline::Clock::time_point start) const;

    /// Runs the handler. An exception becomes a response: HttpError its own, all others a 500 that
    /// names the request id, and a line in the log. A request whose deadline has passed by `start`
    /// is answered 504, and its handler does not run. Safe from any thread.
    [[nodiscard]] Response run(const Route& route, const Request& request,
                               Deadline::Clock::time_point start) const noexcept;

  private:
    const Router* router_;
    const Options* options_;
};

/// A plain-text response with a status of the server's choice. The text is the reason phrase or, if
/// there is one, `detail`.
[[nodiscard]] Response plain_answer(int status, std::string_view detail = {});

}  // namespace curfew::worker
