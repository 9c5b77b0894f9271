#pragma once

#include "../../base/unique_fd.h"

#include <sys/types.h>

#include <vector>

namespace curfew {

/// The queries that children of this process have left to the database server, which would go on
/// with them. It is told by a process of its own, as nobody waits for that, and by one after the
/// other. Until it has been, the queries stay in the table of those that run, in the care of this
/// process: if it ends first, or the server cannot be told, whoever reaps this process finds them.
class AbandonedQueries {
  public:
    /// Of a process that has been reaped.
    void take_from(pid_t dead) noexcept;

    /// Starts the process if there is something new to be cancelled and none is at it. Only in a
    /// process with one thread. Throws std::system_error; then the next call tries again.
    void cancel();

    /// The process; 0: there is none.
    [[nodiscard]] pid_t canceller() const noexcept { return canceller_; }
    /// Readable at its end; -1 if there is none.
    [[nodiscard]] int canceller_fd() const noexcept { return canceller_fd_.get(); }

  private:
    void reap() noexcept;

    bool new_ones_ = false;
    pid_t canceller_ = 0;
    UniqueFd canceller_fd_;
};

/// Those of this process. A child starts with none (begin_child).
[[nodiscard]] AbandonedQueries& abandoned_queries() noexcept;

}  // namespace curfew
