#include "master/workers/query_canceller.h"

#include "handlers/backends/cancel_queries.h"
#include "handlers/backends/configure.h"
#include "handlers/base/signal_name.h"

#include <spdlog/spdlog.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <system_error>

namespace curfew::master {

void QueryCanceller::collect_from(const Child& child) {
    const auto sessions = child.board().queries().take_all();
    if (sessions.empty()) return;
    spdlog::info("worker {} (pid {}) has left queries running: {}", child.slot() + 1, child.pid(),
                 sessions.size());
    const auto& database = child.options().backends.db;
    auto known = std::ranges::find(left_, database, &Left::database);
    if (known == left_.end()) known = left_.insert(known, {.database = database, .sessions = {}});
    known->sessions.insert(known->sessions.end(), sessions.begin(), sessions.end());
}

void QueryCanceller::start_next() {
    if (busy() || left_.empty()) return;
    const pid_t pid = ::fork();
    if (pid == 0) cancel(left_.front());
    if (pid > 0) process_ = pid;
    if (pid < 0) {
        spdlog::error("cannot fork to cancel queries: {}", std::generic_category().message(errno));
    }
    left_.erase(left_.begin());
}

/// Runs in a process of its own. All its signals stay blocked except SIGALRM, which ends it.
void QueryCanceller::cancel(const Left& left) const {
    try {
        become_();
        configure_backends({.http = {}, .cache = {}, .db = left.database});
        const auto ended = db::cancel_queries_or_die(left.sessions);
        spdlog::info("queries of dead workers cancelled: {} of {}", ended, left.sessions.size());
        ::_exit(0);
    } catch (const std::exception& error) {
        spdlog::error("queries of dead workers that may go on: {}: {}", left.sessions.size(),
                      error.what());
    }
    ::_exit(1);
}

bool QueryCanceller::finished(pid_t reaped, int wait_status) {
    if (reaped != process_) return false;
    process_ = 0;
    if (!WIFSIGNALED(wait_status)) return true;
    const int signal = WTERMSIG(wait_status);
    spdlog::error("cancelling queries of dead workers {}",
                  signal == SIGALRM ? "took too long" : "was ended by " + name_of_signal(signal));
    return true;
}

}  // namespace curfew::master
