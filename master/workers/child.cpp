#include "master/workers/child.h"

#include "master/os/descendants.h"
#include "master/os/wait_status.h"
#include "master/workers/crash.h"

#include <sys/wait.h>

#include <algorithm>
#include <csignal>
#include <utility>

namespace curfew::master {

namespace {

/// The most time to look for a worker's descendants. A worker without any takes 20 µs, and 10 µs
/// for each of its threads.
constexpr Duration most_delay = std::chrono::milliseconds(20);

/// A worker whose event loop does not take the order in this time is stuck.
constexpr Duration time_to_freeze = std::chrono::milliseconds(50);

/// From SIGKILL to the end of the process.
constexpr Duration time_to_die = std::chrono::seconds(1);

/// How long a worker may be stopped by a signal, for example by an operator who inspects it.
constexpr Duration time_to_go_on = std::chrono::seconds(1);

}  // namespace

std::string_view to_string(Cause cause) noexcept {
    switch (cause) {
        case Cause::finished:
            return "finished";
        case Cause::killed:
            return "killed";
        case Cause::signalled:
            return "signalled";
        case Cause::oom_killed:
            return "oom_killed";
        case Cause::crashed:
            return "crashed";
        case Cause::exited:
            return "exited";
        case Cause::no_boot:
            return "no_boot";
    }
    return "unknown";
}

Child::Child(pid_t pid, std::size_t slot, int generation, worker::WorkerBoard board,
             const worker::Options& options, Deadline boot_deadline, UniqueFd orders)
    : pid_(pid),
      slot_(slot),
      generation_(generation),
      board_(board),
      options_(options),
      orders_(std::move(orders)),
      boot_deadline_(boot_deadline) {}

Duration Child::boot_time() const noexcept {
    const Deadline::Clock::time_point ready_at(Duration(board_.line().ready_at.load()));
    return std::max(ready_at - born_, Duration::zero());
}

void Child::send(int signal) const noexcept {
    // Only the master reaps its children, so until then the pid cannot be another process's.
    if (!dead_) ::kill(pid_, signal);
}

void Child::tell(worker::Order order) const noexcept {
    worker::give_order(board_.line(), orders_.get(), order);
}

void Child::tell_to_go(worker::Order order, Deadline kill_by) {
    kill_by_ = std::min(kill_by_, kill_by);
    told_ = true;
    if (!ready()) return dismiss(Deadline::in(Duration::zero()));  // it has nothing to finish
    board_.line().told_to_go.store(true, std::memory_order_relaxed);
    tell(order);
}

void Child::terminate(std::string why, Deadline kill_by) {
    if (terminating() && !dismissed_) return;
    dismissed_ = false;
    termination_reason_ = std::move(why);
    grace_ends_ = std::min(grace_ends_, kill_by);
    must_freeze_by_ = Deadline::in(time_to_freeze);
    board_.line().terminating.store(true);
    tell(worker::Order::freeze);
}

void Child::dismiss(Deadline kill_by) {
    if (terminating()) return;
    terminate("there is one too many", kill_by);
    must_freeze_by_ = Deadline::never();
    dismissed_ = true;
}

Deadline Child::kill_deadline() const noexcept {
    return frozen() ? grace_ends_ : std::min(grace_ends_, must_freeze_by_);
}

void Child::kill(std::string why) {
    if (killed()) return;
    kill_reason_ = std::move(why);
    death_due_ = Deadline::in(time_to_die);
    if (dead_) return;
    const Descendants descendants(pid_, Deadline::in(most_delay));
    send(SIGKILL);
    descendants.kill();
}

Deadline Child::death_due() const noexcept {
    return dead_ || given_up_ ? Deadline::never() : death_due_;
}

void Child::notice_stopped(bool stopped) noexcept {
    stop_deadline_ = stopped ? Deadline::in(time_to_go_on) : Deadline::never();
}

void Child::call_keeper(worker::Ending ending) noexcept {
    board_.line().ending.store(ending);
    board_.call_keeper();
}

void Child::notice_draining(Deadline kill_by) noexcept {
    if (state() == worker::WorkerState::draining && kill_by_.is_never()) kill_by_ = kill_by;
}

Deadline Child::overstay_deadline() const noexcept {
    if (killed() || dead_) return Deadline::never();
    const auto by = std::min(kill_by_, stop_deadline_);
    return ready() ? by : std::min(by, boot_deadline_);
}

ExitRecord Child::death(int wait_status, bool oom) const {
    const bool by_signal = WIFSIGNALED(wait_status);
    const int signal = by_signal ? WTERMSIG(wait_status) : 0;
    const int status = by_signal ? 0 : WEXITSTATUS(wait_status);

    if (killed() && dismissed_) return {Cause::finished, "dismissed", 0};
    if (killed()) return {Cause::killed, "killed: " + kill_reason_, 3};
    if (oom && signal == SIGKILL) {
        return {Cause::oom_killed, "was killed for want of memory (OOM)", 0};
    }
    const bool crash = by_signal && is_crash(signal);
    const auto text = describe_end(wait_status);
    if (!ready() && (crash || !by_signal) && !told_) {
        return {Cause::no_boot, "could not boot: it " + text, status ? status : 3};
    }
    if (crash) return {Cause::crashed, text + explain(board_.line().crash), 0};
    if (by_signal) return {Cause::signalled, text, 0};
    if (status == 0 && leaving()) {
        const bool cut_short = board_.line().end_cut_short.load();
        return {Cause::finished,
                cut_short ? "finished; what it does at exit took too long and was cut short"
                          : "finished",
                0};
    }
    return {Cause::exited, text, 0};
}

}  // namespace curfew::master
