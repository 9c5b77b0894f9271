#pragma once

#include "../base/deadline.h"
#include "name_lookup.h"

#include <chrono>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <utility>

namespace curfew {

/// A cache of names that were looked up, for as long as their servers allow it. Safe from any
/// thread. A thread that finds the cache locked does without it, because a child of a process with
/// threads may have inherited a lock that nobody releases.
class KnownNames {
  public:
    static constexpr std::size_t most = 256;

    [[nodiscard]] std::optional<HostAddresses> find(const std::string& name, int family);

    /// For at least a second, and at most an hour.
    void keep(const std::string& name, int family, HostAddresses host, std::chrono::seconds life);

  private:
    struct Entry {
        HostAddresses host;
        Deadline until;
    };

    std::mutex mutex_;
    std::map<std::pair<std::string, int>, Entry> entries_;
};

/// The cache of this process. Never destroyed: at exit, abandoned threads may still use it.
[[nodiscard]] KnownNames& known_names();

}  // namespace curfew
