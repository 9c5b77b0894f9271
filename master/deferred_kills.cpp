#include "master/master.h"
#include "master/os/milliseconds.h"

#include <spdlog/spdlog.h>

#include <algorithm>

namespace curfew::master {

/// True if the kill of that worker, whose request is claimed, is deferred: see BreakerPolicy.
bool Master::defers_kill(const Child& child, const Overdue& overdue,
                         Deadline::Clock::time_point now) {
    if (child.terminating()) return false;  // it is to be killed already: there is nothing to defer
    return is_deferred(child) || charge(child, overdue.cell, now);
}

/// Counts the death of a worker for the route of the request in that cell. True if the circuit
/// breaker of the route is open now.
bool Master::charge(const Child& child, std::size_t cell, Deadline::Clock::time_point now) {
    const auto& options = options_.worker;
    const auto number = child.board().cells()[cell].route.load(std::memory_order_relaxed);
    if (options.circuit_breaker == 0 || number == 0) return false;

    auto& breaker = workers_.scoreboard().breaker(number);
    const auto pool = static_cast<std::size_t>(generations_.target());
    const bool anew = !breaker.open();
    if (anew && !breaker_policy_.too_many(number, now, pool, options.circuit_breaker,
                                          options.circuit_breaker_window)) {
        return false;
    }
    const auto pause = worker::breaker_pause(options.circuit_breaker_window);
    breaker.trip(now + pause);
    spdlog::error(
        "circuit breaker: route {} {} of {} workers within {} ms; it is answered 503 for {} ms",
        child.board().label(cell).route, anew ? "has cost too many" : "goes on to cost too many",
        pool, in_milliseconds(options.circuit_breaker_window), in_milliseconds(pause));
    return true;
}

bool Master::is_deferred(const Child& child) const noexcept {
    return std::ranges::find(deferred_kills_, child.pid(), &DeferredKill::pid) !=
           deferred_kills_.end();
}

void Master::terminate_deferred(Deadline::Clock::time_point now) {
    while (!deferred_kills_.empty() &&
           (stopping_ != Stopping::no ||
            workers_.at_strength(generations_.current(), generations_.target()))) {
        const auto next = deferred_kills_.front();
        deferred_kills_.erase(deferred_kills_.begin());
        if (auto* const child = workers_.by_pid(next.pid)) {
            child->terminate(next.reason, grace(*child, now));
        }
    }
}

}  // namespace curfew::master
