#pragma once

#include "handlers/backends/options.h"
#include "handlers/base/deadline.h"
#include "handlers/base/unique_fd.h"
#include "worker/settings/options.h"
#include "worker/shared/orders.h"
#include "worker/shared/scoreboard.h"

#include <sys/types.h>

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

namespace curfew::master {

/// How a worker has ended, from its wait status and from what the master did to it.
enum class Cause {
    finished,    ///< it was told to go, or reached max_requests: exit status 0
    killed,      ///< the master has killed it
    signalled,   ///< another process has killed it by a signal
    oom_killed,  ///< the kernel has killed it for want of memory
    crashed,     ///< a fault of its own, such as SIGSEGV or abort()
    exited,      ///< it called exit(), with any status
    no_boot,     ///< it ended before it was ready
};

struct ExitRecord {
    Cause cause;
    std::string text;     ///< "crashed: SIGSEGV (Segmentation fault)"
    int exit_status = 0;  ///< for no_boot: what the server should exit with
    Deadline::Clock::time_point time = Deadline::Clock::now();
    std::uint64_t peak_memory = 0;  ///< bytes
};

/// The word in an exit report: "crashed".
[[nodiscard]] std::string_view to_string(Cause cause) noexcept;

/// A worker as its master sees it. The object does not own the process: the master reaps it.
///
/// It has more than 20 members, because each step towards the end of a worker (asked to go,
/// dismissed, terminating, killed, dead, given up) has its own deadline or reason, and a worker may
/// take the steps in several orders.
class Child {
  public:
    Child(pid_t pid, std::size_t slot, int generation, worker::WorkerBoard board,
          const worker::Options& options, Deadline boot_deadline, UniqueFd orders = {});

    [[nodiscard]] pid_t pid() const noexcept { return pid_; }
    [[nodiscard]] std::size_t slot() const noexcept { return slot_; }

    /// The number of the configuration that the worker was forked with.
    [[nodiscard]] int generation() const noexcept { return generation_; }

    [[nodiscard]] const worker::WorkerBoard& board() const noexcept { return board_; }
    /// The options that the worker was forked with. Those of the master may have changed since.
    [[nodiscard]] const worker::Options& options() const noexcept { return options_; }

    [[nodiscard]] bool runs_one_at_a_time() const noexcept {
        return options_.worker_class == worker::Class::sync;
    }

    [[nodiscard]] Deadline::Clock::time_point born() const noexcept { return born_; }

    [[nodiscard]] worker::WorkerState state() const noexcept {
        return board_.line().state.load(std::memory_order_acquire);
    }
    [[nodiscard]] bool ready() const noexcept { return state() != worker::WorkerState::booting; }

    /// The time from fork to ready; zero if the worker is not ready.
    [[nodiscard]] Duration boot_time() const noexcept;

    /// Whether the worker is stopping, being killed or dead. Then it does not count as a worker any
    /// more.
    [[nodiscard]] bool leaving() const noexcept {
        return told_ || dead_ || killed() || terminating() ||
               state() == worker::WorkerState::draining;
    }

    /// Whether the worker serves, or will serve when it has booted, and needs no replacement.
    [[nodiscard]] bool counts() const noexcept { return !leaving() && !near_limit_ && !worn(); }

    /// Tells the worker to finish its requests and exit: Order::finish if the server stops,
    /// Order::leave if other workers continue. A worker that is not ready has no requests, and is
    /// dismissed at once.
    void tell_to_go(worker::Order order, Deadline kill_by);

    [[nodiscard]] bool told() const noexcept { return told_; }

    /// Whether the worker should be replaced. It serves until its replacement is ready.
    [[nodiscard]] bool worn() const noexcept { return board_.line().worn.load(); }
    void wear_out() noexcept { board_.line().worn.store(true); }

    /// Notes whether the worker may soon have to be killed; if so, its replacement is forked now.
    /// Returns whether this has changed.
    bool set_near_limit(bool expected) noexcept {
        return std::exchange(near_limit_, expected) != expected;
    }
    [[nodiscard]] bool near_limit() const noexcept { return near_limit_; }

    /// Begins to terminate the worker: it is killed when its other requests have ended, and at
    /// `kill_by` at the latest. `why` becomes part of its ExitRecord.
    void terminate(std::string why, Deadline kill_by);

    /// Begins to terminate a surplus worker: it is killed when all its requests have ended, and at
    /// `kill_by` at the latest. Its end counts as `finished`. terminate() may still be called.
    void dismiss(Deadline kill_by);
    [[nodiscard]] bool terminating() const noexcept { return !termination_reason_.empty(); }
    [[nodiscard]] const std::string& termination_reason() const noexcept {
        return termination_reason_;
    }

    /// Whether the worker is frozen: it is being terminated, and begins no more requests.
    [[nodiscard]] bool frozen() const noexcept { return board_.line().frozen.load(); }

    /// When a worker that is being terminated is killed at the latest: at the end of its grace
    /// period, or soon if it does not freeze.
    [[nodiscard]] Deadline kill_deadline() const noexcept;

    /// Sends SIGKILL, once, to the worker and its descendants. `why` becomes part of its
    /// ExitRecord.
    void kill(std::string why);

    void tell(worker::Order order) const noexcept;

    [[nodiscard]] bool killed() const noexcept { return !kill_reason_.empty(); }

    /// When SIGKILL should have ended the worker at the latest. If it has not, the process is
    /// blocked in the kernel and will never run its own code again; so its keeper is called before
    /// it has ended.
    [[nodiscard]] Deadline death_due() const noexcept;
    void give_up() noexcept { given_up_ = true; }
    [[nodiscard]] bool given_up() const noexcept { return given_up_; }

    /// Notes that a signal has stopped the worker (SIGSTOP) or continued it.
    void notice_stopped(bool stopped) noexcept;
    [[nodiscard]] bool stopped() const noexcept { return !stop_deadline_.is_never(); }

    /// When the worker is killed if it does not proceed: while it boots, while it finishes its
    /// requests, or while a signal has stopped it.
    [[nodiscard]] Deadline overstay_deadline() const noexcept;

    /// Sets the time by which a worker must have exited that has begun to drain by itself.
    void notice_draining(Deadline kill_by) noexcept;

    /// How the worker has ended, by its wait status. `oom`: the kernel has just killed a process
    /// for lack of memory.
    [[nodiscard]] ExitRecord death(int wait_status, bool oom = false) const;

    /// To be called when the process has been reaped. call_keeper() then makes the keeper respond
    /// to the worker's clients.
    void has_died(ExitRecord death) {
        dead_ = true;
        exit_record_ = std::move(death);
    }
    [[nodiscard]] bool dead() const noexcept { return dead_; }
    /// Whether the worker runs and is not about to be killed, so that its board is up to date.
    [[nodiscard]] bool live() const noexcept { return !killed() && !dead_; }

    [[nodiscard]] const ExitRecord& exit_record() const noexcept { return exit_record_; }

    /// The pid of the worker's keeper; 0: the keeper has been reaped, or was never started.
    [[nodiscard]] pid_t keeper() const noexcept { return board_.line().keeper.load(); }

    /// Tells the keeper how the worker has ended, if it has ended, and wakes the keeper.
    void call_keeper(worker::Ending ending) noexcept;

  private:
    void send(int signal) const noexcept;

    pid_t pid_;
    std::size_t slot_;
    int generation_;
    worker::WorkerBoard board_;
    worker::Options options_;
    UniqueFd orders_;  ///< an eventfd, which the worker has as well
    Deadline::Clock::time_point born_ = Deadline::Clock::now();
    Deadline boot_deadline_;
    Deadline kill_by_ = Deadline::never();
    bool told_ = false;
    bool dead_ = false;
    bool near_limit_ = false;
    bool dismissed_ = false;
    bool given_up_ = false;
    ExitRecord exit_record_{};
    Deadline stop_deadline_ = Deadline::never();
    Deadline death_due_ = Deadline::never();
    std::string termination_reason_;
    Deadline grace_ends_ = Deadline::never();
    Deadline must_freeze_by_ = Deadline::never();
    std::string kill_reason_;
};

}  // namespace curfew::master
