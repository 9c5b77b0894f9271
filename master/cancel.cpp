#include "handlers/backends/cancel_queries.h"
#include "handlers/backends/configure.h"
#include "master/master.h"
#include "master/title.h"

#include <spdlog/spdlog.h>
#include <sys/wait.h>
#include <unistd.h>

#include <vector>

namespace curfew::master {

namespace {

constexpr std::chrono::seconds cancel_limit(2);
/// For what the limit does not reach, such as looking up the server's name.
constexpr unsigned seconds_to_live = 3;

}  // namespace

/// A server goes on with the statement of a client that has died. It is told by a process of its
/// own: the master waits for nobody.
void Master::cancel_queries_of(const Child& child) {
    const auto queries = child.board().queries().take_all();
    if (queries.empty()) return;
    const pid_t pid = ::fork();
    if (pid == 0) become_canceller(child, queries);
    if (pid > 0) return cancellers_.push_back(pid);
    spdlog::error("cannot fork to cancel {} queries of worker {} (pid {}): {}", queries.size(),
                  child.place() + 1, child.pid(), std::generic_category().message(errno));
}

/// Its signals stay blocked, but for that of the alarm.
void Master::become_canceller(const Child& child, const std::vector<db::Session>& queries) {
    ::alarm(seconds_to_live);
    const auto worker = fmt::format("worker {} (pid {})", child.place() + 1, child.pid());
    try {
        set_title(options_.proc_name + ": canceller of " + worker);
        for (auto& socket : sockets_) socket.fd.reset();
        if (pidfile_) pidfile_->forget();
        identity_.assume();
        configure_backends({.http = {}, .cache = {}, .db = child.database()});
        const auto ended = db::cancel_queries(queries, cancel_limit);
        spdlog::info("{} died in {} queries; cancelled {} that went on", worker, queries.size(),
                     ended);
        ::_exit(0);
    } catch (const std::exception& error) {
        spdlog::error("{} died in {} queries, which may go on: {}", worker, queries.size(),
                      error.what());
    }
    ::_exit(1);
}

/// As PID 1 the master meets the ends of strangers here too.
void Master::bury_canceller(pid_t pid, int wait_status) {
    if (std::erase(cancellers_, pid) == 0 || !WIFSIGNALED(wait_status)) return;
    spdlog::error("cancelling the queries of a worker took too long (pid {}, signal {})", pid,
                  WTERMSIG(wait_status));
}

}  // namespace curfew::master
