#include "handlers/backends/cancel_queries.h"
#include "handlers/backends/configure.h"
#include "master/master.h"
#include "master/title.h"

#include <spdlog/spdlog.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>

namespace curfew::master {

void Master::collect_queries_of(const Child& child) {
    const auto sessions = child.board().queries().take_all();
    if (sessions.empty()) return;
    spdlog::info("worker {} (pid {}) has left queries running: {}", child.place() + 1, child.pid(),
                 sessions.size());
    auto place = std::ranges::find(abandoned_, child.database(), &LeftQueries::database);
    if (place == abandoned_.end()) {
        place = abandoned_.insert(place, {.database = child.database(), .sessions = {}});
    }
    place->sessions.insert(place->sessions.end(), sessions.begin(), sessions.end());
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

/// Its signals stay blocked, but for that of the alarm.
void Master::become_canceller() {
    const auto& [database, sessions] = abandoned_.front();
    try {
        set_title(options_.proc_name + ": canceller");
        for (auto& socket : sockets_) socket.fd.reset();
        adoption_.take.reset();
        if (pidfile_) pidfile_->forget();
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
    spdlog::error("cancelling queries of dead workers took too long: signal {}",
                  WTERMSIG(wait_status));
}

}  // namespace curfew::master
