#include "master/master.h"
#include "master/milliseconds.h"

#include <spdlog/spdlog.h>
#include <sys/wait.h>

#include <algorithm>

namespace curfew::master {

void Master::reap() {
    int status = 0;
    pid_t pid = 0;
    // As PID 1, strangers' exits arrive here too.
    while ((pid = ::waitpid(-1, &status, WNOHANG)) > 0) {
        if (pid == canceller_) bury_canceller(status);
        const auto child = std::ranges::find_if(children_, [pid](const auto& each) {
            return each->keeper() == pid || (each->pid() == pid && !each->dead());
        });
        if (child == children_.end()) continue;
        if ((*child)->keeper() == pid) {
            bury_keeper(**child);
        } else {
            bury(**child, status);
        }
        if ((*child)->dead() && (*child)->keeper() == 0) children_.erase(child);
    }
}

/// The clients of a dead worker have been seen to; those of a living one have nobody any more.
void Master::bury_keeper(Child& child) {
    child.board().line().keeper.store(0);
    if (child.dead()) return log_outcomes_of(child);
    spdlog::error("the keeper of worker {} (pid {}) has died; the worker is replaced",
                  child.place() + 1, child.pid());
    child.tell_to_go(SIGTTOU, Deadline::in(options_.worker.graceful_timeout));
}

void Master::bury(Child& child, int wait_status) {
    const auto death = child.death(wait_status);
    const auto now = Deadline::Clock::now();
    const bool expected = death.cause == Cause::finished || stopping_ == Stopping::now;
    spdlog::log(expected ? spdlog::level::info : spdlog::level::err, "worker {} (pid {}) {}",
                child.place() + 1, child.pid(), death.text);
    log_requests_of(child);
    collect_queries_of(child);
    child.has_died();
    const bool ours = death.cause == Cause::killed;
    const auto retry = options_.retry_idempotent;
    child.board().line().retry_idempotent.store(retry == Retry::always ||
                                                (retry == Retry::killed && ours));
    child.call_keeper(ours ? worker::Ending::killed : worker::Ending::died);

    const bool never_ready = !child.told() && (death.cause == Cause::no_boot ||
                                               (death.cause == Cause::killed && !child.ready()));
    if (never_ready && stopping_ == Stopping::no) {
        if (!is_current(child) || undo_reload()) return;
        if (anyone_ready()) return backoff_.failed_to_boot(now);  // the others go on serving
        exit_status_ = death.exit_status;
        return stop(Stopping::gracefully, "a worker could not boot");
    }
    if (expected || death.cause == Cause::killed) return backoff_.lived_on();
    backoff_.died(now, now - child.born());
    if (backoff_.holds(now)) {
        spdlog::warn("{} workers in a row died early; the next is forked in {} ms",
                     backoff_.early_deaths(), in_milliseconds(backoff_.until().remaining(now)));
    }
}

/// Whose answers were lost with it: the request that was running is the first suspect.
void Master::log_requests_of(const Child& child) const {
    const auto cells = child.board().used_cells();
    for (std::size_t i = 0; i < cells.size(); ++i) {
        const auto phase = worker::Cell::phase(cells[i].word.load(std::memory_order_acquire));
        if (phase == worker::Phase::idle || phase == worker::Phase::claimed) continue;
        const auto label = child.board().label(i);
        const auto started = Deadline::Clock::time_point(Duration(cells[i].started.load()));
        spdlog::error("worker {} (pid {}) died with request {}: {} {}, route {}, {}, age {} ms",
                      child.place() + 1, child.pid(), label.id, label.method, label.target,
                      label.route, to_string(phase),
                      in_milliseconds(Deadline::Clock::now() - started));
    }
}

void Master::log_outcomes_of(const Child& child) const {
    const auto cells = child.board().used_cells();
    for (std::size_t i = 0; i < cells.size(); ++i) {
        const auto outcome = cells[i].outcome.load();
        if (outcome == worker::Outcome::none) continue;
        spdlog::info("worker {} (pid {}): request {}: {}", child.place() + 1, child.pid(),
                     child.board().label(i).id, to_string(outcome));
    }
}

}  // namespace curfew::master
