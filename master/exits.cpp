#include "handlers/base/signal_name.h"
#include "handlers/routing/describe.h"
#include "master/master.h"
#include "master/os/milliseconds.h"
#include "master/workers/crash.h"
#include "master/workers/keepers.h"

#include <spdlog/spdlog.h>
#include <sys/wait.h>

#include <algorithm>
#include <optional>

namespace curfew::master {

namespace {

/// Names of functions take milliseconds of a process, which many crashes a second must not cost.
constexpr Duration pause_between_crash_looks = std::chrono::seconds(1);

/// For the requests that were lost with a worker; those that we killed it for are counted as such.
std::optional<worker::RequestEvent> request_event_of(Cause cause) noexcept {
    switch (cause) {
        case Cause::crashed:
            return worker::RequestEvent::crashed;
        case Cause::exited:
            return worker::RequestEvent::exited;
        case Cause::signalled:
            return worker::RequestEvent::killed_from_outside;
        case Cause::oom_killed:
            return worker::RequestEvent::oom_killed;
        case Cause::killed:
            return worker::RequestEvent::killed_along;
        case Cause::finished:
        case Cause::no_boot:
            return {};
    }
    return {};
}

bool had_requests(const Child& child) noexcept {
    return std::ranges::any_of(child.board().used_cells(), [](const auto& cell) {
        return worker::Cell::phase(cell.word.load()) != worker::Phase::idle;
    });
}

}  // namespace

void Master::reap() {
    int status = 0;
    pid_t pid = 0;
    // As PID 1, strangers' exits arrive here too.
    rusage usage{};
    while ((pid = ::wait4(-1, &status, WNOHANG | WUNTRACED | WCONTINUED, &usage)) > 0) {
        if (WIFSTOPPED(status) || WIFCONTINUED(status)) {
            notice_stop(pid, status);
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
        draw_up_certificate(*child);
        workers_.remove(*child);
    }
}

/// A worker that stands still keeps its clients waiting, and a keeper those of the next death.
void Master::notice_stop(pid_t pid, int wait_status) {
    const bool stopped = WIFSTOPPED(wait_status);
    if (stopped && workers_.by_keeper(pid) != nullptr) ::kill(pid, SIGCONT);
    auto* const child = workers_.by_pid(pid);
    if (child == nullptr || !child->live()) return;
    child->notice_stopped(stopped);
    if (stopped) {
        spdlog::critical("worker {} (pid {}) was stopped: {}; it is killed if it stays so",
                         child->slot() + 1, pid, name_of_signal(WSTOPSIG(wait_status)));
    } else {
        spdlog::warn("worker {} (pid {}) goes on", child->slot() + 1, pid);
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
    log_requests_of(child, request_event_of(death.cause));
    query_canceller_.collect_from(child);
    leave_clients_to_keeper(child, child.killed(), options_.retry_idempotent, stopping_);

    const bool never_ready = !child.told() && (death.cause == Cause::no_boot ||
                                               (death.cause == Cause::killed && !child.ready()));
    if (never_ready && stopping_ == Stopping::no) {
        if (generations_.is_given_up(child)) return;
        if (generations_.is_current(child) && generations_.undo_reload()) {
            reopen_logs();
            return spdlog::error(
                "the new workers could not boot; the configuration of before goes on");
        }
        if (generations_.has_served()) return back_off(now);  // what has worked once can work again
        exit_status_ = death.exit_status;
        return stop(Stopping::gracefully, "a worker could not boot");
    }
    // What is wrong with an application that dies before it is of any use time alone can mend. Any
    // other death is paid by the route that has caused it: see BreakerPolicy.
    const bool of_use = child.board().line().requests.load() > 0 || had_requests(child);
    const bool by_itself = death.cause == Cause::crashed || death.cause == Cause::exited;
    if (!by_itself || of_use || now - child.born() >= Backoff::early) return backoff_.lived_on();
    back_off(now);
}

/// Before the next fork.
void Master::back_off(Deadline::Clock::time_point now) {
    backoff_.died(now);
    spdlog::warn("{} workers in a row were of no use; the next is forked in {} ms",
                 backoff_.in_a_row(), in_milliseconds(backoff_.until().remaining(now)));
}

/// Whose answers were lost with it: the request that was running is the first suspect.
void Master::log_requests_of(const Child& child, std::optional<worker::RequestEvent> cause) const {
    const auto now = Deadline::Clock::now();
    const auto cells = child.board().used_cells();
    const auto last = child.board().line().culprit.load();
    for (std::size_t i = 0; i < cells.size(); ++i) {
        const auto phase = worker::Cell::phase(cells[i].word.load(std::memory_order_acquire));
        if (phase == worker::Phase::idle || phase == worker::Phase::claimed) continue;
        const auto label = child.board().label(i);
        const bool along = last >= 0 && i != static_cast<std::size_t>(last);
        if (cause) {
            child.board().counters().count(along ? worker::RequestEvent::killed_along : *cause,
                                           label.route);
        }
        const auto started = Deadline::Clock::time_point(Duration(cells[i].started.load()));
        spdlog::error("worker {} (pid {}) died with request {}: {} {}, route {}, {}, age {} ms, {}",
                      child.slot() + 1, child.pid(), label.id, label.method, label.target,
                      label.route, to_string(phase), in_milliseconds(now - started),
                      describe(child.board().meter(i), now));
    }
}

/// All is over, and all is known but for the calls that led to a crash. Those are read by another
/// process: the files in which their names are may be large, or on a disk that does not answer.
void Master::draw_up_certificate(const Child& child) {
    const pid_t pid = child.pid();
    const bool expected =
        child.exit_record().cause == Cause::finished || stopping_ == Stopping::now;
    uncertified_.push_back({pid, expected, ExitReport(child, inspector_.findings())});
    inspector_.forget(pid);

    const auto now = Deadline::Clock::now();
    if (now < next_crash_look_ || inspector_.looks_at_crash()) return;
    const auto trace = trace_of_crash(child.board().line().crash, child.board().stack_dump());
    if (trace.addresses.empty()) return;
    next_crash_look_ = now + pause_between_crash_looks;
    inspector_.begin_crash(pid, [&] { return stack_of_crash(trace); });
}

/// Of each dead worker, once nobody looks at its crash any more.
void Master::certify() {
    for (auto each = uncertified_.begin(); each != uncertified_.end();) {
        if (inspector_.looks_at(each->pid)) {
            ++each;
            continue;
        }
        each->exit_report.add_crash_stack(inspector_.take_crash(each->pid));
        spdlog::log(each->expected ? spdlog::level::info : spdlog::level::warn, "exit report: {}",
                    each->exit_report.text());
        each = uncertified_.erase(each);
    }
}

}  // namespace curfew::master
