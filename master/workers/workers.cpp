#include "master/workers/workers.h"

#include <algorithm>
#include <utility>

namespace curfew::master {

namespace {

constexpr Duration shortest_lead = std::chrono::milliseconds(20);
constexpr Duration longest_lead = std::chrono::seconds(5);

Child* pointer_to(const auto& found, auto& children) noexcept {
    return found == children.end() ? nullptr : &*found;
}

}  // namespace

std::optional<std::size_t> Workers::free_slot() const noexcept {
    for (std::size_t slot = 0; slot < scoreboard_.workers(); ++slot) {
        if (std::ranges::find(children_, slot, &Child::slot) == children_.end()) return slot;
    }
    return {};
}

Child& Workers::add(pid_t pid, std::size_t slot, int generation, const Options& options,
                    UniqueFd orders) {
    return children_.emplace_back(pid, slot, generation, scoreboard_.worker(slot), options.worker,
                                  Deadline::in(options.boot_timeout), std::move(orders));
}

void Workers::remove(const Child& child) {
    std::erase_if(children_, [&child](const Child& each) { return &each == &child; });
}

Child* Workers::by_pid(pid_t pid) noexcept {
    return pointer_to(
        std::ranges::find_if(
            children_, [pid](const Child& each) { return each.pid() == pid && !each.dead(); }),
        children_);
}

Child* Workers::by_keeper(pid_t pid) noexcept {
    return pointer_to(std::ranges::find(children_, pid, &Child::keeper), children_);
}

int Workers::serving(int generation) const noexcept {
    return static_cast<int>(std::ranges::count_if(children_, [generation](const Child& child) {
        return child.generation() == generation && child.counts();
    }));
}

bool Workers::anyone_ready() const noexcept {
    return std::ranges::any_of(children_, &Child::ready);
}

bool Workers::anyone_left() const noexcept {
    return !std::ranges::all_of(
        children_, [](const Child& child) { return child.given_up() && child.keeper() == 0; });
}

bool Workers::at_strength(int generation, int target) const noexcept {
    return serving(generation) >= target && std::ranges::all_of(children_, [](const Child& child) {
               return child.dead() || child.given_up() ||
                      (child.ready() && !child.terminating() && !child.killed());
           });
}

void Workers::dismiss_surplus(int generation, int target, Deadline kill_by) {
    auto surplus = serving(generation) - target;
    for (auto& child : std::views::reverse(children_)) {
        if (surplus <= 0) return;
        if (child.generation() != generation || !child.counts()) continue;
        child.dismiss(kill_by);
        --surplus;
    }
}

void Workers::dismiss_worn(int generation, int target, Deadline kill_by) {
    auto ready = std::ranges::count_if(children_, [generation](const Child& child) {
        return child.generation() == generation && child.ready() && !child.leaving() &&
               !child.near_limit();
    });
    for (auto& child : children_) {
        if (ready <= target) return;
        if (child.generation() != generation || !child.worn() || child.leaving()) continue;
        if (!child.near_limit()) --ready;
        child.tell_to_go(worker::Order::leave, kill_by);
    }
}

/// Twice the boot time of the slowest worker that is ready. If the lead followed the youngest
/// worker, a replacement that boots faster would shorten it, and would at once count as begun too
/// early.
Duration Workers::replacement_lead() noexcept {
    auto slowest = Duration::zero();
    for (const auto& child : children_) slowest = std::max(slowest, child.boot_time());
    if (slowest > Duration::zero()) boot_time_ = slowest;
    return std::clamp(2 * boot_time_, shortest_lead, longest_lead);
}

Duration Workers::shortest_limit() const noexcept {
    auto shortest = Duration::max();
    for (const auto& child : children_) {
        shortest = std::min(shortest, Duration(child.board().line().shortest_limit.load()));
    }
    return shortest;
}

}  // namespace curfew::master
