#pragma once

#include "handlers/backends/options.h"
#include "tools/laboratory/record/kinds.h"
#include "tools/laboratory/servers/scoped_program.h"

#include <atomic>
#include <map>
#include <memory>
#include <set>
#include <string>

namespace curfew::laboratory {

/// A memcached and a MariaDB of the lab's own. They go without a trace with this object, or with
/// this process, however that ends.
class Backends {
  public:
    /// Starts those side by side, as far as they can be. Returns early if it is interrupted: then
    /// nothing is said about those that do not run yet.
    Backends(const std::set<Backend>& wanted, const std::atomic<bool>& interrupted);

    /// The addresses of the backends. A backend that does not run has an address on which nothing
    /// listens.
    [[nodiscard]] const BackendOptions& options() const noexcept { return options_; }

    /// What is in the way of those that were wanted and do not run, in one line each.
    [[nodiscard]] const std::map<Backend, std::string>& missing() const noexcept {
        return missing_;
    }

  private:
    void learn(Backend backend, const ScopedProgram& server);

    std::map<Backend, std::unique_ptr<ScopedProgram>> servers_;
    BackendOptions options_;
    std::map<Backend, std::string> missing_;
};

}  // namespace curfew::laboratory
