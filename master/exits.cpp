#include "handlers/base/signal_name.h"
#include "master/master.h"
#include "handlers/base/milliseconds.h"
#include "master/workers/keepers.h"
#include "master/workers/lost_requests.h"

#include <spdlog/spdlog.h>
#include <sys/wait.h>

#include <algorithm>

namespace curfew::master {

namespace {

bool had_requests(const Child& child) noexcept {
    return std::ranges::any_of(child.board().used_cells(), [](const auto& cell) {
        return worker::Cell::phase(cell.word.load()) != worker::Phase::idle;
    });
}

/// A stopped worker keeps its clients waiting, so it is killed if it does not continue. A stopped
/// keeper would not answer when its worker dies, so it is made to continue at once.
void notice_stop(Workers& workers, pid_t pid, int wait_status) {
    const bool stopped = WIFSTOPPED(wait_status);
    if (stopped && workers.by_keeper(pid) != nullptr) ::kill(pid, SIGCONT);
    auto* const child = workers.by_pid(pid);
    if (child == nullptr || !child->live()) return;
    child->notice_stopped(stopped);
    if (stopped) {
        spdlog::critical("worker {} (pid {}) was stopped: {}; it is killed if it stays so",
                         child->slot() + 1, pid, name_of_signal(WSTOPSIG(wait_status)));
    } else {
        spdlog::warn("worker {} (pid {}) goes on", child->slot() + 1, pid);
    }
}

}  // namespace

void Master::reap() {
    int status = 0;
    pid_t pid = 0;
    // If the master is PID 1, it also reaps orphans that it has never started.
    rusage usage{};
    while ((pid = ::wait4(-1, &status, WNOHANG | WUNTRACED | WCONTINUED, &usage)) > 0) {
        if (WIFSTOPPED(status) || WIFCONTINUED(status)) {
            notice_stop(workers_, pid, status);
            continue;
        }
        if (query_canceller_.finished(pid, status) || inspector_.finished(pid, status)) continue;
        auto* child = workers_.by_keeper(pid);
        if (child != nullptr) {
            note_end_of_keeper(*child, status);
        } else if ((child = workers_.by_pid(pid)) != nullptr) {
            finish_exit(*child, status, usage);
        }
        if (child == nullptr || !child->dead() || child->keeper() != 0) continue;
        const bool expected =
            child->exit_record().cause == Cause::finished || stopping_ == Stopping::now;
        exit_reports_.add(*child, expected);
        workers_.remove(*child);
    }
}

void Master::finish_exit(Child& child, int wait_status, const rusage& usage) {
    const bool by_kill =
        WIFSIGNALED(wait_status) && WTERMSIG(wait_status) == SIGKILL && !child.killed();
    auto death = child.death(wait_status, oom_kills_.explain_death(by_kill));
    death.peak_memory = static_cast<std::uint64_t>(usage.ru_maxrss) * 1024;
    child.has_died(death);
    const auto now = Deadline::Clock::now();
    const bool expected = death.cause == Cause::finished || stopping_ == Stopping::now;
    spdlog::log(expected ? spdlog::level::info : spdlog::level::err, "worker {} (pid {}) {}",
                child.slot() + 1, child.pid(), death.text);
    harakiri_.charge_culprit(child);
    log_lost_requests(child);
    query_canceller_.collect_from(child);
    leave_clients_to_keeper(child, child.killed(), options_.retry_idempotent, stopping_);

    const bool never_ready = !child.told() && (death.cause == Cause::no_boot ||
                                               (death.cause == Cause::killed && !child.ready()));
    if (never_ready && stopping_ == Stopping::no) {
        if (generations_.is_given_up(child)) return;
        if (generations_.is_current(child) && generations_.undo_reload()) {
            files_.reopen_logs(options_);
            return spdlog::error(
                "the new workers could not boot; the configuration of before goes on");
        }
        if (generations_.has_served()) return back_off(now);  // the cause may be temporary
        exit_status_ = death.exit_status;
        return stop(Stopping::gracefully, "a worker could not boot");
    }
    // If workers die by themselves before they have been of use, only waiting can help. Other
    // deaths are charged to the route that has caused them: see BreakerPolicy.
    const bool of_use = child.board().line().requests.load() > 0 || had_requests(child);
    const bool by_itself = death.cause == Cause::crashed || death.cause == Cause::exited;
    if (!by_itself || of_use || now - child.born() >= Backoff::early) return backoff_.lived_on();
    back_off(now);
}

/// Delays the next fork.
void Master::back_off(Deadline::Clock::time_point now) {
    backoff_.died(now);
    spdlog::warn("{} workers in a row were of no use; the next is forked in {} ms",
                 backoff_.in_a_row(), in_milliseconds(backoff_.until().remaining(now)));
}

}  // namespace curfew::master
