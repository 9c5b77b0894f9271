#pragma once

#include "handlers/backends/options.h"
#include "tools/laboratory/kinds.h"
#include "tools/laboratory/neighbours.h"
#include "tools/laboratory/programs.h"
#include "tools/laboratory/run.h"
#include "tools/laboratory/served.h"

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

/// A server that one row of a run is tried on over one network, with its neighbours, and a bad
/// network before each of its backends. For one thread.
class Stand {
  public:
    /// Throws std::runtime_error if something does not start.
    Stand(const House& house, const std::string& row, const Condition& condition, unsigned seed);

    /// Sticks one request, and sees what comes of it. Leaves the server as it was found. Throws
    /// std::runtime_error if that cannot be.
    [[nodiscard]] Sample stick(const Kind& kind);

  private:
    [[nodiscard]] Impair& before(Backend backend);
    void await_whole();
    [[nodiscard]] bool whole() const;

    const House& house_;
    const Condition& condition_;
    Impair http_;
    Impair cache_;
    Impair db_;
    std::unique_ptr<Served> server_;
    Neighbours neighbours_;
    std::mt19937 random_;
    int sample_ = 0;
    std::string warm_;  ///< the worker, and the kind, that have their connections
};

}  // namespace curfew::laboratory
