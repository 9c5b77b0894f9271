#pragma once

#include "../../base/unique_fd.h"

#include <sys/types.h>

#include <vector>

namespace curfew {

/// Queries of dead children of this process, which the database server would go on with. A process
/// of its own cancels them, so that no caller waits for that; there is one such process at a time.
/// Until a query is cancelled, it stays in the table of running queries, as one of this process. If
/// this process ends first, or the database server cannot be reached, the process that reaps this
/// one finds the query there.
class AbandonedQueries {
  public:
    /// Takes over the queries of a process that has been reaped.
    void take_from(pid_t dead) noexcept;

    /// Starts the process that cancels, unless it runs already or nothing is new. Only in a process
    /// with one thread. Throws std::system_error; then the next call tries again.
    void cancel();

    /// The process that cancels; 0: there is none.
    [[nodiscard]] pid_t canceller() const noexcept { return canceller_; }
    /// A descriptor that becomes readable when that process ends; -1: there is none.
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
