#include "handlers/backends/cancel_queries.h"
#include "handlers/backends/configure.h"
#include "handlers/base/signal_name.h"
#include "master/master.h"
#include "master/os/title.h"

#include <spdlog/spdlog.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>

namespace curfew::master {

void Master::collect_queries_of(const Child& child) {
    const auto sessions = child.board().queries().take_all();
    if (sessions.empty()) return;
    spdlog::info("worker {} (pid {}) has left queries running: {}", child.slot() + 1, child.pid(),
                 sessions.size());
    const auto& database = child.options().backends.db;
    auto known = std::ranges::find(abandoned_, database, &LeftQueries::database);
    if (known == abandoned_.end()) {
        known = abandoned_.insert(known, {.database = database, .sessions = {}});
    }
    known->sessions.insert(known->sessions.end(), sessions.begin(), sessions.end());
}

/// A database server goes on with the query of a client that has died. It is told by a process of
/// its own, as the master waits for nobody, and by one after the other.
void Master::cancel_queries() {
    if (canceller_ != 0 || abandoned_.empty()) return;
    const pid_t pid = ::fork();
    if (pid == 0) become_canceller();
    if (pid > 0) canceller_ = pid;
    if (pid < 0) {
        spdlog::error("cannot fork to cancel queries: {}", std::generic_category().message(errno));
    }
    abandoned_.erase(abandoned_.begin());
}

/// Its signals stay blocked, but for that of the alarm which ends it.
void Master::become_canceller() {
    const auto& [database, sessions] = abandoned_.front();
    try {
        become_helper("canceller");
        identity_.assume();
        configure_backends({.http = {}, .cache = {}, .db = database});
        const auto ended = db::cancel_queries_or_die(sessions);
        spdlog::info("queries of dead workers cancelled: {} of {}", ended, sessions.size());
        ::_exit(0);
    } catch (const std::exception& error) {
        spdlog::error("queries of dead workers that may go on: {}: {}", sessions.size(),
                      error.what());
    }
    ::_exit(1);
}

void Master::bury_canceller(int wait_status) {
    canceller_ = 0;
    if (!WIFSIGNALED(wait_status)) return;
    const int signal = WTERMSIG(wait_status);
    spdlog::error("cancelling queries of dead workers {}",
                  signal == SIGALRM ? "took too long" : "was ended by " + name_of_signal(signal));
}

}  // namespace curfew::master
