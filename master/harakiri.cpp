#include "master/harakiri.h"

#include "handlers/routing/describe.h"
#include "master/diagnosis/thread_state.h"
#include "handlers/base/milliseconds.h"
#include "master/workers/culprit.h"
#include "master/workers/keepers.h"

#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <string>

namespace curfew::master {

namespace {

/// A master that was itself stopped or starved for this long cannot tell whether a request is stuck
/// or was stopped together with the master. It waits for the same time, and then looks again.
constexpr Duration lateness_that_excuses = std::chrono::seconds(1);

}  // namespace

void Harakiri::expect_deaths() {
    const auto now = Deadline::Clock::now();
    const auto lead = workers_.replacement_lead();
    for (auto& child : workers_.live()) {
        const auto near_limit = scan(child.board(), now, lead).near_limit;
        const bool expected = near_limit.passed(now) || deferred_kills_.contains(child);
        if (!child.set_near_limit(expected)) continue;
        spdlog::debug("worker {} (pid {}) {} near the limit of a request", child.slot() + 1,
                      child.pid(), expected ? "is" : "is no longer");
    }
}

/// A request that begins after the scan cannot come near its limit before most of the shortest
/// limit has passed. So no worker needs to poke the master if it wakes by then. Only when nothing
/// has run for that long does the master sleep without a timer, and the next request pokes it:
/// short requests one after the other must not all cost a poke.
Deadline Harakiri::next_wake(Time now, Deadline others) {
    auto& scoreboard = workers_.scoreboard();
    scoreboard.sleep(true);
    scoreboard.will_wake(Deadline::never());
    auto wake = others;
    bool busy = poked_;
    const auto replacement_lead = workers_.replacement_lead();
    for (auto& child : workers_) {
        wake = std::min({wake, child.overstay_deadline(), child.death_due()});
        if (!child.live()) continue;
        const auto seen = scan(child.board(), now, replacement_lead);
        busy |= seen.busy;
        wake = std::min(wake, next_look(child, seen, now));
    }
    if (busy) {
        scoreboard.sleep(false);
        const auto shortest = workers_.shortest_limit();
        const auto lead = std::min(replacement_lead, shortest / 2);
        wake = std::min(wake, Deadline::after(now, shortest - lead));
    }
    woken_for_ = std::max(wake, Deadline::at(lenient_until_));
    scoreboard.will_wake(woken_for_);
    return woken_for_;
}

/// When to look at this worker again, by what a scan has seen of it now.
Deadline Harakiri::next_look(const Child& child, const Scan& seen, Time now) const {
    auto next = seen.nearest;
    if (child.terminating() && !inspector_.looks_at(child.pid())) {
        next = std::min(next, child.kill_deadline());
    }
    if (!child.near_limit()) next = std::min(next, seen.near_limit);
    const bool slow = !seen.slow.empty() && !inspector_.looks_at_slow();
    if (slow || !seen.overdue.empty()) next = std::min(next, Deadline::at(now));
    for (const auto& burning : seen.burning) {
        next = std::min(next, cpu_watch_.next_look(child.board(), burning));
    }
    return next;
}

void Harakiri::woke_up() {
    workers_.scoreboard().sleep(false);
    poked_ = workers_.scoreboard().take_pokes();
}

void Harakiri::turn(Stopping stopping) {
    const auto now = Deadline::Clock::now();
    if (!was_held_up(now)) {
        terminate_overdue(now);
        kill_overstayers(now, stopping);
    }
    kill_terminating(now, stopping);
}

/// Whether the master itself did not run for a while: then the time that has passed does not show
/// that any request is stuck.
bool Harakiri::was_held_up(Time now) {
    if (now < lenient_until_) return true;
    if (woken_for_.is_never() || now - woken_for_.time() <= lateness_that_excuses) return false;
    spdlog::warn("the master was not run for {} ms; looking again before any kill",
                 in_milliseconds(now - woken_for_.time()));
    lenient_until_ = now + lateness_that_excuses;
    return true;
}

/// Only decides whom to kill; kill_terminating() kills.
void Harakiri::terminate_overdue(Time now) {
    cpu_watch_.forget_ended();
    std::vector<StuckRequest> stuck;
    for (auto& child : workers_.live()) {
        for (const auto& overdue : overdue_requests(child, now)) {
            if (overdue.report_only) {
                log_dry_run(child, overdue);
            } else if (claim(child.board(), overdue)) {
                stuck.push_back(terminate_for(child, overdue, now));
            }
        }
    }
    const auto time = generations_.options().post_mortem;
    if (stuck.empty() || time == Duration::zero()) return;
    inspector_.begin(Inspector::Why::stuck, stuck, time);
}

std::vector<Overdue> Harakiri::overdue_requests(const Child& child, Time now) {
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
    return std::move(seen.overdue);
}

/// Logs a request that harakiri = log does not kill.
void Harakiri::log_dry_run(const Child& child, const Overdue& overdue) {
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

/// To be called when the request has been claimed. Returns the request for the inspector.
StuckRequest Harakiri::terminate_for(Child& child, const Overdue& overdue, Time now) {
    // The event loop of a class sync worker is stuck in this request and cannot freeze by itself,
    // so the master does it, and the keeper may hand over the other connections.
    if (child.runs_one_at_a_time()) child.board().line().frozen.store(true);
    // Charges the route before the client is answered, because the client may retry at once.
    const bool deferred = deferred_kills_.defers(child, overdue.cell, now);
    child.call_keeper(worker::Ending::none);
    const bool wall = overdue.kind == worker::LimitKind::timeout;
    const auto* const reason =
        wall ? "a request exceeded its limit" : "a request exceeded its cpu_limit";
    if (deferred) {
        deferred_kills_.add(child, reason);
    } else {
        child.terminate(reason, grace(child, now));
    }

    auto request = subject_of(child, overdue);
    child.board().counters().count(wall ? worker::RequestEvent::killed_for_timeout
                                        : worker::RequestEvent::killed_for_cpu_limit,
                                   request.route);
    spdlog::error(
        "harakiri: worker {} (pid {}) killed: route {}, {} {}, age {} ms, {} {} ms, request {}, "
        "{}, {}",
        child.slot() + 1, child.pid(), request.route, request.method, request.target,
        in_milliseconds(request.age), wall ? "limit" : "cpu_limit", in_milliseconds(request.limit),
        request.id, to_string(worker::Cell::phase(overdue.word)),
        describe(child.board().meter(overdue.cell), now));
    return request;
}

/// Until when a worker that is terminated now may end its other requests. A worker of class sync
/// has no others.
Deadline Harakiri::grace(const Child& child, Time now) const noexcept {
    const bool alone = child.runs_one_at_a_time();
    return Deadline::after(now, alone ? Duration::zero() : generations_.options().harakiri_grace);
}

/// A worker is killed once its other requests have ended, or its grace period has, and never while
/// the inspector looks at it.
void Harakiri::kill_terminating(Time now, Stopping stopping) {
    inspector_.end_overdue(now);
    while (const auto next = deferred_kills_.take_next(stopping)) {
        next->child.terminate(next->reason, grace(next->child, now));
    }
    for (auto& child : workers_) {
        if (!child.terminating() || !child.live()) continue;
        // A frozen worker begins no more requests, so its keeper may hand over the connections that
        // wait for one. Until then, new requests may begin, and the worker does not count as idle.
        if (child.frozen()) child.call_keeper(worker::Ending::none);
        const bool at_rest = child.frozen() && !scan(child.board(), now).busy;
        if (!at_rest && !child.kill_deadline().passed(now)) continue;
        if (inspector_.looks_at(child.pid())) continue;
        child.kill(child.termination_reason());
    }
}

void Harakiri::kill_overstayers(Time now, Stopping stopping) {
    const auto& options = generations_.options();
    for (auto& child : workers_) {
        child.notice_draining(Deadline::after(now, options.worker.graceful_timeout));
        if (child.overstay_deadline().passed(now)) {
            child.kill(child.stopped() ? "it was stopped"
                       : child.ready() ? "it did not finish within graceful_timeout"
                                       : "it was not ready within boot_timeout");
        }
        if (!child.death_due().passed(now)) continue;
        // SIGKILL has not ended the worker, because it is in an uninterruptible call. Its clients
        // are answered without waiting for its end.
        const auto state = look_at(child.pid(), child.pid());
        spdlog::critical(
            "worker {} (pid {}) does not die: the kernel holds it in {} (state {}); its clients "
            "are answered, and another has taken its place",
            child.slot() + 1, child.pid(), state.wchan, state.letter ? state.letter : '?');
        child.give_up();
        leave_clients_to_keeper(child, true, options.retry_idempotent, stopping);
    }
}

void Harakiri::charge_culprit(const Child& child) {
    const auto cause = child.exit_record().cause;
    if (cause != Cause::crashed && cause != Cause::exited && cause != Cause::oom_killed) return;
    const auto cell = culprit(child.board());
    if (!cell) return;
    child.board().line().culprit.store(static_cast<std::int32_t>(*cell));
    const auto phase = worker::Cell::phase(child.board().cells()[*cell].word.load());
    if (phase == worker::Phase::claimed) return;  // its route was charged when it was claimed
    deferred_kills_.charge(child, *cell, Deadline::Clock::now());
}

}  // namespace curfew::master
