#pragma once

#include "master/config/options.h"
#include "master/workers/child.h"
#include "worker/shared/scoreboard.h"

#include <sys/types.h>

#include <cstddef>
#include <list>
#include <optional>
#include <ranges>

namespace curfew::master {

/// The workers, in the order of their forks, and the scoreboard that they share. A worker is one of
/// them, and occupies its slot, from its fork until the worker is reaped and its keeper has
/// finished. The workers of one configuration are a generation.
class Workers {
  public:
    /// `slots`: for the workers that serve, and as many that still leave; `cells`: the connections
    /// of each. Throws std::system_error.
    Workers(std::size_t slots, std::size_t cells) : scoreboard_(slots, cells) {}

    [[nodiscard]] worker::Scoreboard& scoreboard() noexcept { return scoreboard_; }

    /// How many may serve.
    [[nodiscard]] std::size_t most() const noexcept { return scoreboard_.workers() / 2; }

    [[nodiscard]] auto begin() noexcept { return children_.begin(); }
    [[nodiscard]] auto end() noexcept { return children_.end(); }

    /// The workers that run and are not killed. The range can be iterated once, and workers must
    /// not be killed meanwhile.
    [[nodiscard]] auto live() {
        return std::views::filter(children_, [](const Child& child) { return child.live(); });
    }

    [[nodiscard]] std::optional<std::size_t> free_slot() const noexcept;

    /// Adds a process that was forked for that slot.
    Child& add(pid_t pid, std::size_t slot, int generation, const Options& options,
               UniqueFd orders);
    void remove(const Child& child);

    /// In a child process: forgets the workers, which are the master's children.
    void forget() noexcept { children_.clear(); }

    /// The worker with that pid, if it has not been reaped; else null.
    [[nodiscard]] Child* by_pid(pid_t pid) noexcept;
    /// The worker whose keeper has that pid; null if there is none.
    [[nodiscard]] Child* by_keeper(pid_t pid) noexcept;

    /// How many workers of that generation serve, or will serve when they have booted, and need no
    /// replacement.
    [[nodiscard]] int serving(int generation) const noexcept;
    [[nodiscard]] bool anyone_ready() const noexcept;
    /// Whether the master must wait for a worker before it exits. A worker that is blocked in the
    /// kernel may never end, and does not count.
    [[nodiscard]] bool anyone_left() const noexcept;
    /// Whether all workers that there should be are ready, and none is about to be killed.
    [[nodiscard]] bool at_strength(int generation, int target) const noexcept;

    /// Dismisses the workers beyond `target`, the youngest first, because they have the fewest
    /// clients. They are killed at `kill_by`.
    void dismiss_surplus(int generation, int target, Deadline kill_by);
    /// Dismisses worn workers, each when another worker is ready in its place, so that the pool
    /// never becomes empty. They are killed at `kill_by`.
    void dismiss_worn(int generation, int target, Deadline kill_by);

    /// How long before a kill the replacement is forked, so that it is ready at the kill.
    [[nodiscard]] Duration replacement_lead() noexcept;

    /// The shortest limit of any route in any worker. The limit of a single request may be shorter;
    /// then the worker wakes the master by WorkerBoard::hasten().
    [[nodiscard]] Duration shortest_limit() const noexcept;

  private:
    worker::Scoreboard scoreboard_;
    std::list<Child> children_;
    Duration boot_time_ = Duration::zero();  ///< of the slowest that was last ready
};

}  // namespace curfew::master
