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

/// Names that were looked up, for as long as their servers allow it. From any thread. Whoever finds
/// it in use does without it: a child of a process with threads may inherit it locked for ever.
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

/// Those of this process. Never destroyed: threads that were left behind may still ask at exit.
[[nodiscard]] KnownNames& known_names();

}  // namespace curfew
