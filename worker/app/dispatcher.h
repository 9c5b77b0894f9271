#pragma once

#include "handlers/http/request.h"
#include "handlers/http/response.h"
#include "handlers/routing/router.h"
#include "worker/settings/options.h"

#include <algorithm>
#include <optional>

namespace curfew::worker {

/// What is to be done for a request: run a route, or answer at once.
struct Plan {
    const Route* route = nullptr;
    std::optional<Response> answer;  ///< set if there is no route to run
};

/// From when the limits of a request count.
struct Timing {
    /// When it was whole, or so much sooner as it has waited in a queue: for the client's limit.
    Deadline::Clock::time_point received;

    /// When its handler begins, or as much sooner: for all others.
    Deadline::Clock::time_point start;

    /// What another worker, which had begun the request, has left of its harakiri.
    Deadline budget = Deadline::never();
};

/// What bounds a request, or a piece of a stream: that has the limits of its route.
struct Limits {
    Harakiri mode = Harakiri::on;  ///< what the master does when one of its two is exceeded
    Deadline harakiri = Deadline::never();         ///< the master's, by the wall clock
    Deadline latest_harakiri = Deadline::never();  ///< how far a handler may extend it
    Duration cpu = Duration::zero();        ///< the master's, by the thread's CPU clock; zero: none
    Deadline slow_at = Deadline::never();   ///< from when on the request counts as slow
    Deadline strategy = Deadline::never();  ///< what the route's strategy enforces; for a piece of
                                            ///< a stream always `deadline`

    /// When the master kills; never() if it only reports, or does nothing.
    [[nodiscard]] Deadline killed_at() const noexcept {
        return mode == Harakiri::on ? harakiri : Deadline::never();
    }

    /// When it ends at the latest, as long as nobody extends it.
    [[nodiscard]] Deadline soonest() const noexcept { return std::min(strategy, killed_at()); }
};

/// Finds the handler for a request, and turns whatever it does into a response.
class Dispatcher {
  public:
    Dispatcher(const Router& router, const Options& options) noexcept
        : router_(&router), options_(&options) {}

    /// Chooses the route, or makes the 404, 405 or OPTIONS answer. Fills in the parameters.
    [[nodiscard]] Plan plan(RequestParts& parts) const;

    /// The limits of a request of that route. Its strategy has the sooner of the route's own and
    /// the client's.
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

/// A plain-text answer for a status of the server's own making: its text is the reason phrase, or
/// `detail` where there is one.
[[nodiscard]] Response plain_answer(int status, std::string_view detail = {});

}  // namespace curfew::worker
