#pragma once

#include "handlers/base/unique_fd.h"

#include <sys/types.h>

#include <map>
#include <string>
#include <utility>
#include <vector>

namespace curfew::master {

/// What was found out about a stuck request.
struct Finding {
    std::string doing;               ///< "waits in poll for fd 9 (db 127.0.0.1:3306)"
    std::vector<std::string> stack;  ///< as folded() has it; empty: it could not be read
};

/// By worker and request.
using Findings = std::map<std::pair<pid_t, std::string>, Finding>;

/// A pipe from the process that looks at requests to the master. What does not fit in is left out:
/// neither waits for the other.
class FindingsPipe {
  public:
    /// Throws std::system_error if there are no descriptors left.
    FindingsPipe();

    /// By the process that looks.
    void tell(pid_t worker, const std::string& request, Finding finding) const;

    /// All that was told so far, in the master.
    [[nodiscard]] Findings take() const;

    /// In a process that neither looks nor is the master.
    void close() noexcept;

  private:
    UniqueFd read_;
    UniqueFd write_;
};

}  // namespace curfew::master
