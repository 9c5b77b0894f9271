#include "master/workers/lost_requests.h"

#include "handlers/routing/describe.h"
#include "handlers/base/milliseconds.h"

#include <spdlog/spdlog.h>

#include <optional>

namespace curfew::master {

namespace {

using worker::RequestEvent;

/// The requests for which the master has killed the worker are not among these: harakiri counts
/// them.
std::optional<RequestEvent> request_event_of(Cause cause) noexcept {
    switch (cause) {
        case Cause::crashed:
            return RequestEvent::crashed;
        case Cause::exited:
            return RequestEvent::exited;
        case Cause::signalled:
            return RequestEvent::killed_from_outside;
        case Cause::oom_killed:
            return RequestEvent::oom_killed;
        case Cause::killed:
            return RequestEvent::killed_along;
        case Cause::finished:
        case Cause::no_boot:
            return {};
    }
    return {};
}

}  // namespace

/// The event is counted for the culprit. The other requests of the worker count as killed along.
void log_lost_requests(const Child& child) {
    const auto event = request_event_of(child.exit_record().cause);
    const auto now = Deadline::Clock::now();
    const auto cells = child.board().used_cells();
    const auto last = child.board().line().culprit.load();
    for (std::size_t i = 0; i < cells.size(); ++i) {
        const auto phase = worker::Cell::phase(cells[i].word.load(std::memory_order_acquire));
        if (phase == worker::Phase::idle || phase == worker::Phase::claimed) continue;
        const auto label = child.board().label(i);
        const bool along = last >= 0 && i != static_cast<std::size_t>(last);
        if (event) {
            child.board().counters().count(along ? RequestEvent::killed_along : *event,
                                           label.route);
        }
        const auto started = Deadline::Clock::time_point(Duration(cells[i].started.load()));
        spdlog::error("worker {} (pid {}) died with request {}: {} {}, route {}, {}, age {} ms, {}",
                      child.slot() + 1, child.pid(), label.id, label.method, label.target,
                      label.route, to_string(phase), in_milliseconds(now - started),
                      describe(child.board().meter(i), now));
    }
}

}  // namespace curfew::master
