#include "handlers/routing/describe.h"
#include "master/diagnosis/thread_state.h"
#include "master/master.h"
#include "master/os/milliseconds.h"
#include "master/workers/overdue.h"

#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <iterator>

namespace curfew::master {

namespace {

/// A master that was itself not run for so long (stopped, starved) cannot tell a stuck request from
/// one that was stopped with it, and looks again after as long.
constexpr Duration lateness_that_excuses = std::chrono::seconds(1);

}  // namespace

void Master::terminate_overdue() {
    const auto now = Deadline::Clock::now();
    if (now < lenient_until_) return;
    if (!woken_for_.is_never() && now - woken_for_.time() > lateness_that_excuses) {
        spdlog::warn("the master was not run for {} ms; looking again before any kill",
                     in_milliseconds(now - woken_for_.time()));
        lenient_until_ = now + lateness_that_excuses;
        return;
    }
    cpu_watch_.forget_ended();
    std::vector<StuckRequest> stuck;
    for (auto& child : workers_.live()) {
        auto subjects = terminate(child, now);
        std::ranges::move(subjects, std::back_inserter(stuck));
    }
    if (!stuck.empty() && options_.post_mortem > Duration::zero()) {
        inspector_.begin(Inspector::Why::stuck, stuck, options_.post_mortem);
    }
    kill_overstayers(now);
}

/// Returns the stuck requests for which the worker is terminated. The kill itself is up to
/// kill_terminating().
std::vector<StuckRequest> Master::terminate(Child& child, Deadline::Clock::time_point now) {
    std::vector<StuckRequest> stuck;
    auto seen = scan(child.board(), now);
    for (const auto& burning : seen.burning) {
        if (!cpu_watch_.exceeded(child.board(), burning, now)) continue;
        seen.overdue.push_back({.cell = burning.cell,
                                .word = burning.word,
                                .age = now - burning.started,
                                .limit = burning.limit,
                                .kind = worker::LimitKind::cpu_limit,
                                .report_only = burning.report_only});
    }
    for (const auto& overdue : seen.overdue) {
        const auto phase = worker::Cell::phase(overdue.word);
        if (overdue.report_only) {
            report_survivor(child, overdue);
            continue;
        }
        if (!claim(child.board(), overdue)) continue;
        // The loop of class sync never comes round again: what else it has may go.
        if (child.runs_one_at_a_time()) child.board().line().frozen.store(true);
        // Before its client can come back.
        const bool put_off = defers_kill(child, overdue, now);
        child.call_keeper(worker::Ending::none);
        const bool wall = overdue.kind == worker::LimitKind::timeout;
        const auto* const reason =
            wall ? "a request exceeded its limit" : "a request exceeded its cpu_limit";
        if (put_off) {
            if (!is_deferred(child)) deferred_kills_.push_back({child.pid(), reason});
        } else {
            child.terminate(reason, grace(child, now));
        }

        stuck.push_back(subject_of(child, overdue));
        const auto& request = stuck.back();
        child.board().counters().count(wall ? worker::RequestEvent::killed_for_timeout
                                            : worker::RequestEvent::killed_for_cpu_limit,
                                       request.route);
        spdlog::error(
            "harakiri: worker {} (pid {}) killed: route {}, {} {}, age {} ms, {} {} ms, request "
            "{}, {}, {}",
            child.slot() + 1, child.pid(), request.route, request.method, request.target,
            in_milliseconds(request.age), wall ? "limit" : "cpu_limit",
            in_milliseconds(request.limit), request.id, to_string(phase),
            describe(child.board().meter(overdue.cell), now));
    }
    return stuck;
}

/// Until when a worker that is terminated now may end its other requests. One of class sync has
/// none.
Deadline Master::grace(const Child& child, Deadline::Clock::time_point now) const noexcept {
    const bool alone = child.runs_one_at_a_time();
    return Deadline::after(now, alone ? Duration::zero() : options_.harakiri_grace);
}

/// Of a request whose limits are only tried out.
void Master::report_survivor(const Child& child, const Overdue& overdue) {
    const auto label = child.board().label(overdue.cell);
    const auto what =
        fmt::format("route {}, {} {}, age {} ms, {} {} ms, request {}", label.route, label.method,
                    label.target, in_milliseconds(overdue.age),
                    overdue.kind == worker::LimitKind::timeout ? "limit" : "cpu_limit",
                    in_milliseconds(overdue.limit), label.id);
    const std::string route(label.route);
    if (!report(child.board(), overdue)) return;
    child.board().counters().count(worker::RequestEvent::would_have_been_killed, route);
    spdlog::warn("harakiri = log: worker {} (pid {}) would have been killed: {}; {} so far",
                 child.slot() + 1, child.pid(), what, ++spared_);
}

/// The others of its requests that still make progress are let end first, and whoever looks at it
/// is let finish.
void Master::kill_terminating() {
    const auto now = Deadline::Clock::now();
    inspector_.end_overdue(now);
    terminate_deferred(now);
    for (auto& child : workers_) {
        if (!child.terminating() || !child.live()) continue;
        // Before it has frozen, more may begin.
        if (child.frozen()) child.call_keeper(worker::Ending::none);  // whose clients may go
        const bool at_rest = child.frozen() && !scan(child.board(), now).busy;
        if (!at_rest && !child.kill_deadline().passed(now)) continue;
        if (inspector_.looks_at(child.pid())) continue;
        child.kill(child.termination_reason());
    }
}

void Master::kill_overstayers(Deadline::Clock::time_point now) {
    for (auto& child : workers_) {
        child.notice_draining(Deadline::after(now, options_.worker.graceful_timeout));
        if (child.overstay_deadline().passed(now)) {
            child.kill(child.stopped() ? "it was stopped"
                       : child.ready() ? "it did not finish within graceful_timeout"
                                       : "it was not ready within boot_timeout");
        }
        if (child.death_due().passed(now)) give_up(child);
    }
}

/// SIGKILL has not ended it: something in the kernel holds it. Its clients need not wait for that.
void Master::give_up(Child& child) {
    const auto state = look_at(child.pid(), child.pid());
    spdlog::critical(
        "worker {} (pid {}) does not die: the kernel holds it in {} (state {}); its clients are "
        "answered, and another has taken its place",
        child.slot() + 1, child.pid(), state.wchan, state.letter ? state.letter : '?');
    child.give_up();
    begin_settling(child, true);
}

}  // namespace curfew::master
