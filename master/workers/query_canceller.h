#pragma once

#include "handlers/backends/options.h"
#include "handlers/backends/running_queries.h"
#include "master/workers/child.h"

#include <sys/types.h>

#include <functional>
#include <vector>

namespace curfew::master {

/// Ends the queries that dead workers have left running. A database server goes on with the query
/// of a client that has died. A process of its own tells it to stop, because the master never
/// waits. There is one such process at a time.
class QueryCanceller {
  public:
    /// `become`: what a new process begins with. It may throw.
    explicit QueryCanceller(std::function<void()> become) : become_(std::move(become)) {}

    /// Takes over what a dead worker has begun and not ended.
    void collect_from(const Child& child);

    /// Forks a process for what has been collected of one database, unless such a process runs.
    void start_next();

    /// A child of ours has ended. True if it was that process.
    bool finished(pid_t reaped, int wait_status);

    [[nodiscard]] bool busy() const noexcept { return process_ != 0; }

  private:
    /// What dead workers had begun, by the database in which it goes on.
    struct Left {
        DbOptions database;
        std::vector<db::Session> sessions;
    };

    [[noreturn]] void cancel(const Left& left) const;

    const std::function<void()> become_;
    std::vector<Left> left_;
    pid_t process_ = 0;  ///< 0: there is none
};

}  // namespace curfew::master
