#pragma once

#include "../backends/running_queries.h"
#include "../unique_fd.h"

#include <sys/types.h>

#include <vector>

namespace curfew {

/// The queries that killed helpers have left to the database server, which would go on with them.
/// It is told by a process of its own, as the zygote waits for nobody, and by one after the other.
class AbandonedQueries {
  public:
    /// Of a process that has been reaped.
    void take_from(pid_t dead);

    /// Starts the process if there is something to be cancelled and none is at it.
    void cancel();

    /// The process; 0: there is none.
    [[nodiscard]] pid_t canceller() const noexcept { return canceller_; }
    /// Readable at its end; -1 if there is none.
    [[nodiscard]] int canceller_fd() const noexcept { return canceller_fd_.get(); }

  private:
    void reap() noexcept;

    std::vector<db::Session> sessions_;
    pid_t canceller_ = 0;
    UniqueFd canceller_fd_;
};

}  // namespace curfew
