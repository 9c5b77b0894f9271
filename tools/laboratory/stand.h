#pragma once

#include "handlers/backends/options.h"
#include "tools/laboratory/kinds.h"
#include "tools/laboratory/neighbours.h"
#include "tools/laboratory/programs.h"
#include "tools/laboratory/run.h"

#include <memory>
#include <random>
#include <string>

namespace curfew::laboratory {

/// What all stands of a run share.
struct House {
    Workplace workplace;
    BackendOptions backends;  ///< where memcached and MariaDB are
    std::string http;         ///< the address of the web server that is asked
    Settings settings;
};

/// A server that one strategy is tried on over one network, with its neighbours, and a bad network
/// before each of its backends. For one thread.
class Stand {
  public:
    /// Throws std::runtime_error if something does not start.
    Stand(const House& house, const std::string& strategy, const Condition& condition,
          unsigned seed);

    /// Sticks one request, and sees what comes of it. Leaves the server as it was found. Throws
    /// std::runtime_error if that cannot be.
    [[nodiscard]] Sample stick(const Kind& kind);

    /// Of a call that is not slow, in microseconds, and more than that of a bare call.
    [[nodiscard]] double cost_of_a_call();

    [[nodiscard]] const std::string& url() const noexcept { return curfew_.url(); }

  private:
    [[nodiscard]] Impair& before(Backend backend);
    [[nodiscard]] std::string target(const Kind& kind, double seconds, double limit_ms) const;
    void await_whole();
    [[nodiscard]] bool whole() const;

    const House& house_;
    const Condition& condition_;
    std::string strategy_;
    Impair http_;
    Impair cache_;
    Impair db_;
    Curfew curfew_;
    Neighbours neighbours_;
    std::mt19937 random_;
    int sample_ = 0;
    std::string warm_;  ///< the worker, and the kind, that have their connections
};

}  // namespace curfew::laboratory
