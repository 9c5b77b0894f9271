#include "master/master.h"
#include "master/milliseconds.h"

#include <spdlog/spdlog.h>

#include <algorithm>

namespace curfew::master {

/// True if the worker of that request, which is claimed, is to be put off.
bool Master::puts_off(const Child& child, const Overdue& overdue, Deadline::Clock::time_point now) {
    if (child.condemned()) return false;  // it is to be killed already: nothing is left to put off
    return is_put_off(child) || charge(child, overdue.cell, now);
}

/// Enters a worker's life under the route of the request in that cell. True if its brake is
/// engaged: the route has cost too many, or goes on to.
bool Master::charge(const Child& child, std::size_t cell, Deadline::Clock::time_point now) {
    const auto& options = options_.worker;
    const auto number = child.board().cells()[cell].route.load(std::memory_order_relaxed);
    if (options.harakiri_brake == 0 || number == 0) return false;

    auto& brake = scoreboard_.brake(number);
    const auto pool = static_cast<std::size_t>(target_);
    const bool anew = !brake.engaged();
    if (anew && !brake_.too_many(number, now, pool, options.harakiri_brake,
                                 options.harakiri_brake_window)) {
        return false;
    }
    const auto pause = worker::brake_pause(options.harakiri_brake_window);
    brake.engage(now + pause);
    spdlog::error("brake: route {} {} of {} workers within {} ms; it is answered 503 for {} ms",
                  child.board().label(cell).route,
                  anew ? "has cost too many" : "goes on to cost too many", pool,
                  in_milliseconds(options.harakiri_brake_window), in_milliseconds(pause));
    return true;
}

bool Master::is_put_off(const Child& child) const noexcept {
    return std::ranges::find(put_off_, child.pid(), &PutOff::pid) != put_off_.end();
}

/// Everyone who should be there is, and is ready; nobody is on his way to his death.
bool Master::at_strength() const {
    if (serving(generation_) < static_cast<std::size_t>(target_)) return false;
    return std::ranges::all_of(children_, [](const auto& child) {
        return child->dead() || child->given_up() ||
               (child->ready() && !child->condemned() && !child->killed());
    });
}

void Master::condemn_put_off(Deadline::Clock::time_point now) {
    while (!put_off_.empty() && (stopping_ != Stopping::no || at_strength())) {
        const auto next = put_off_.front();
        put_off_.erase(put_off_.begin());
        const auto child = std::ranges::find_if(
            children_, [&](const auto& each) { return each->pid() == next.pid && !each->dead(); });
        if (child == children_.end()) continue;
        (*child)->condemn(next.sentence, mercy(**child, now));
    }
}

}  // namespace curfew::master
