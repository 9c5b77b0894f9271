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

/// The workers, in the order of their birth, and the scoreboard that they share. A worker is one of
/// them, and has its slot, from its fork until it has been reaped and its clients have been seen
/// to. A generation is the workers of one configuration.
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

    /// The workers that run and are not killed. To be iterated once, and not while killing them.
    [[nodiscard]] auto live() {
        return std::views::filter(children_, [](const Child& child) { return child.live(); });
    }

    [[nodiscard]] std::optional<std::size_t> free_slot() const noexcept;

    /// A process that has been forked for that slot.
    Child& add(pid_t pid, std::size_t slot, int generation, const Options& options,
               UniqueFd orders);
    void remove(const Child& child);

    /// In a child process: the workers are the master's.
    void forget() noexcept { children_.clear(); }

    /// The worker that is that process and has not been reaped; null: there is none.
    [[nodiscard]] Child* by_pid(pid_t pid) noexcept;
    /// The worker whose keeper that process is; null: there is none.
    [[nodiscard]] Child* by_keeper(pid_t pid) noexcept;

    /// How many of that generation do their work, or will when they have booted, and need no
    /// replacement.
    [[nodiscard]] int serving(int generation) const noexcept;
    [[nodiscard]] bool anyone_ready() const noexcept;
    /// Whether the master must wait for a worker before it exits. Not for a worker that the kernel
    /// holds, which may never end.
    [[nodiscard]] bool anyone_left() const noexcept;
    /// All workers that there should be are ready, and none is about to be killed.
    [[nodiscard]] bool at_strength(int generation, int target) const noexcept;

    /// Has the workers go that `target` does not need, the youngest first, because they have the
    /// fewest clients. They are killed at `kill_by`.
    void dismiss_surplus(int generation, int target, Deadline kill_by);
    /// Has worn workers go, each once another is ready in its place, so that no pool recycles
    /// itself to nothing.
    void dismiss_worn(int generation, int target, Deadline kill_by);

    /// How long before a kill its replacement is forked: so long that it is ready by then.
    [[nodiscard]] Duration replacement_lead() noexcept;

    /// No request of theirs has a shorter limit, but for those of which hasten() tells.
    [[nodiscard]] Duration shortest_limit() const noexcept;

  private:
    worker::Scoreboard scoreboard_;
    std::list<Child> children_;
    Duration boot_time_ = Duration::zero();  ///< of the slowest that was last ready
};

}  // namespace curfew::master
