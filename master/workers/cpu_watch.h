#pragma once

#include "master/workers/overdue.h"

#include <sys/types.h>

#include <functional>
#include <optional>
#include <vector>

namespace curfew::master {

/// Finds the requests that have used up their cpu_limit. Looks at a thread's clock no earlier than
/// that can be: a request that began at t with a limit of c cannot have by t + c, and one that has
/// r left cannot for another r.
class CpuWatch {
  public:
    /// The CPU time of a thread so far; nothing if it cannot be told.
    using Clock = std::function<std::optional<Duration>(pid_t process, pid_t thread)>;

    explicit CpuWatch(Clock clock) : clock_(std::move(clock)) {}

    /// Looks, if it is time, and says whether the limit is used up. A claim must succeed still.
    [[nodiscard]] bool exceeded(const worker::WorkerBoard& board, const Burning& burning,
                                Deadline::Clock::time_point now);

    /// When to look next. Does not look.
    [[nodiscard]] Deadline next_look(const worker::WorkerBoard& board,
                                     const Burning& burning) const;

    /// Drops what is known of requests that are over.
    void forget_ended();

  private:
    struct Look {
        const worker::Cell* cell;
        std::uint64_t word;
        Deadline at;
    };

    Clock clock_;
    std::vector<Look> looks_;
};

/// From /proc/PID/task/TID/schedstat, which may lag by a tick: never too much.
[[nodiscard]] std::optional<Duration> thread_cpu_time(pid_t process, pid_t thread);

}  // namespace curfew::master
