#include "master/workers/deferred_kills.h"

#include "handlers/base/milliseconds.h"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <utility>

namespace curfew::master {

bool DeferredKills::defers(const Child& child, std::size_t cell, Time now) {
    if (child.terminating()) return false;  // a kill that is under way cannot be deferred
    return contains(child) || charge(child, cell, now);
}

bool DeferredKills::charge(const Child& child, std::size_t cell, Time now) {
    const auto& options = generations_.options().worker;
    const auto number = child.board().cells()[cell].route.load(std::memory_order_relaxed);
    if (options.circuit_breaker == 0 || number == 0) return false;

    auto& breaker = workers_.scoreboard().breaker(number);
    const auto pool = static_cast<std::size_t>(generations_.target());
    const bool anew = !breaker.open();
    if (anew && !policy_.too_many(number, now, pool, options.circuit_breaker,
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

void DeferredKills::add(const Child& child, std::string reason) {
    if (!contains(child)) deferred_.push_back({child.pid(), std::move(reason)});
}

bool DeferredKills::contains(const Child& child) const noexcept {
    return std::ranges::find(deferred_, child.pid(), &DeferredKill::pid) != deferred_.end();
}

std::optional<DeferredKills::Turn> DeferredKills::take_next(Stopping stopping) {
    while (!deferred_.empty() &&
           (stopping != Stopping::no ||
            workers_.at_strength(generations_.current(), generations_.target()))) {
        auto next = std::move(deferred_.front());
        deferred_.erase(deferred_.begin());
        if (auto* const child = workers_.by_pid(next.pid)) {
            return Turn{.child = *child, .reason = std::move(next.reason)};
        }
    }
    return {};
}

}  // namespace curfew::master
