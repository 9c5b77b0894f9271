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
    std::vector<std::string> stack;  ///< as folded() formats it; empty: it could not be read
};

/// By the worker's pid and the request's id.
using Findings = std::map<std::pair<pid_t, std::string>, Finding>;

/// A pipe from the inspector's process to the master. Neither process waits for the other: a
/// finding for which the pipe has no room is dropped.
class FindingsPipe {
  public:
    /// Throws std::system_error if there are no descriptors left.
    FindingsPipe();

    /// To be called in the inspector's process.
    void tell(pid_t worker, const std::string& request, Finding finding) const;

    /// To be called in the master: returns all findings so far.
    [[nodiscard]] Findings take() const;

    /// To be called in every other process: closes both ends.
    void close() noexcept;

  private:
    UniqueFd read_;
    UniqueFd write_;
};

}  // namespace curfew::master
