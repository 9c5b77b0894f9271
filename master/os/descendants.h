#pragma once

#include "handlers/base/deadline.h"
#include "handlers/base/unique_fd.h"

#include <sys/types.h>

#include <cstddef>
#include <vector>

namespace curfew::master {

/// The descendants of a process: its children, their children, and so on. A process whose parent
/// has ended, such as a daemon, is not among them. A worker's descendants are killed with the
/// worker, because they may be part of what its request is stuck in, and would outlive it.
class Descendants {
  public:
    /// Finds the descendants of `process`, which is about to be killed and must not be reaped
    /// meanwhile. If there are any, the process and its descendants are stopped, so that they start
    /// no more processes. The search ends at `deadline` with what it has found by then.
    Descendants(pid_t process, Deadline deadline) noexcept;

    /// Sends SIGKILL to the descendants, and never to another process that has got a pid of theirs.
    void kill() const noexcept;

    [[nodiscard]] std::size_t count() const noexcept { return pidfds_.size(); }

  private:
    void add_children_of(pid_t process, Deadline deadline);

    std::vector<UniqueFd> pidfds_;
};

}  // namespace curfew::master
