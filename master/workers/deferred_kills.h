#pragma once

#include "master/workers/breaker_policy.h"
#include "master/workers/generations.h"
#include "master/workers/stopping.h"
#include "master/workers/workers.h"

#include <sys/types.h>

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

namespace curfew::master {

/// Charges routes with the workers that they have cost, trips their circuit breakers, and keeps the
/// workers whose kill must wait for its turn: see BreakerPolicy.
class DeferredKills {
  public:
    using Time = Deadline::Clock::time_point;

    DeferredKills(Workers& workers, const Generations& generations)
        : workers_(workers), generations_(generations) {}

    /// Counts the death of a worker for the route of the request in that cell. True if the circuit
    /// breaker of the route is open now.
    bool charge(const Child& child, std::size_t cell, Time now);

    /// The same for a request in that cell that is claimed. True if the kill of its worker is
    /// deferred.
    [[nodiscard]] bool defers(const Child& child, std::size_t cell, Time now);

    /// Defers the kill of that worker, unless it is deferred already.
    void add(const Child& child, std::string reason);
    [[nodiscard]] bool contains(const Child& child) const noexcept;

    struct Turn {
        Child& child;
        std::string reason;
    };
    /// The next worker to be terminated, if it is time for that: one at a time, when all workers
    /// that there should be are ready; all of them when the server stops.
    [[nodiscard]] std::optional<Turn> take_next(Stopping stopping);

  private:
    struct DeferredKill {
        pid_t pid;
        std::string reason;
    };

    Workers& workers_;
    const Generations& generations_;
    BreakerPolicy policy_;
    std::vector<DeferredKill> deferred_;
};

}  // namespace curfew::master
