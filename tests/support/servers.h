#pragma once

#include "handlers/backends/options.h"

namespace curfew::tests {

/// Options for a memcached and a MariaDB of this program's own, which the first call starts and its
/// end stops, however it ends. Throws std::runtime_error if they do not start.
[[nodiscard]] const BackendOptions& real_servers();

/// Puts such options in force for a test, and real_servers() afterwards.
class Configured {
  public:
    explicit Configured(const BackendOptions& options = real_servers());
    ~Configured();
    Configured(const Configured&) = delete;
    Configured& operator=(const Configured&) = delete;
};

}  // namespace curfew::tests
