#pragma once

#include "handlers/base/deadline.h"
#include "handlers/base/unique_fd.h"

#include <sys/types.h>

#include <cstddef>
#include <vector>

namespace curfew::master {

/// The processes that a process has started, and that these have, and so on, as long as their
/// parents live: what was made a child of somebody else on purpose, as daemons do, is not among
/// them. They would outlive it, and must not if it is killed for what they may be a part of.
class Descendants {
  public:
    /// Looks for those of a process that is about to be killed, which is not reaped before this is
    /// done. If there are any, it and they are stopped, so that they start no others meanwhile.
    /// At `deadline` those that are found are all.
    Descendants(pid_t process, Deadline deadline) noexcept;

    /// SIGKILL, for none but them.
    void kill() const noexcept;

    [[nodiscard]] std::size_t count() const noexcept { return pidfds_.size(); }

  private:
    void add_children_of(pid_t process, Deadline deadline);

    std::vector<UniqueFd> pidfds_;
};

}  // namespace curfew::master
