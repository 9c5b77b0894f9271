#pragma once

#include "master/workers/overdue.h"

#include <sys/types.h>

#include <functional>
#include <optional>
#include <vector>

namespace curfew::master {

/// Finds the requests that have used up their cpu_limit. A request cannot have used up a limit of 2
/// s before it has run for 2 s; and if 0.5 s of the limit is left at one look, not before another
/// 0.5 s has passed. So the clock of a thread, which costs a system call to read, is only read at
/// these times.
class CpuWatch {
  public:
    /// The CPU time of a thread so far; nothing if it cannot be read.
    using Clock = std::function<std::optional<Duration>(pid_t process, pid_t thread)>;

    explicit CpuWatch(Clock clock) : clock_(std::move(clock)) {}

    /// Reads the clock if it is time to, and tells whether the limit is used up. The request may
    /// have ended since: only a claim is final.
    [[nodiscard]] bool exceeded(const worker::WorkerBoard& board, const Burning& burning,
                                Deadline::Clock::time_point now);

    /// When to read the clock next.
    [[nodiscard]] Deadline next_look(const worker::WorkerBoard& board,
                                     const Burning& burning) const;

    /// Forgets requests that are over.
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

/// From /proc/PID/task/TID/schedstat, which may be up to a tick too low, and is never too high.
[[nodiscard]] std::optional<Duration> thread_cpu_time(pid_t process, pid_t thread);

}  // namespace curfew::master
