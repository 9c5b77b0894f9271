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

/// How a worker's life ended, from its wait status and what we did to it.
enum class Cause {
    finished,    ///< told to go, or max_requests: exit status 0
    killed,      ///< by us
    signalled,   ///< by somebody else
    oom_killed,  ///< by the kernel, for want of memory
    crashed,     ///< by a signal of its own making
    exited,      ///< on its own, with any status
    no_boot,     ///< before it was ready
};

struct ExitRecord {
    Cause cause;
    std::string text;     ///< "crashed: SIGSEGV (Segmentation fault)"
    int exit_status = 0;  ///< for no_boot: what the server should exit with
    Deadline::Clock::time_point time = Deadline::Clock::now();
    std::uint64_t peak_memory = 0;  ///< bytes
};

/// As in a exit report: "crashed".
[[nodiscard]] std::string_view to_string(Cause cause) noexcept;

/// A worker as its master sees it. Not an owner of the process: the master reaps it.
class Child {
  public:
    Child(pid_t pid, std::size_t slot, int generation, worker::WorkerBoard board,
          const worker::Options& options, Deadline boot_deadline, UniqueFd orders = {});

    [[nodiscard]] pid_t pid() const noexcept { return pid_; }
    [[nodiscard]] std::size_t slot() const noexcept { return slot_; }

    /// Which configuration it was forked with.
    [[nodiscard]] int generation() const noexcept { return generation_; }

    [[nodiscard]] const worker::WorkerBoard& board() const noexcept { return board_; }
    /// What it was forked with; the master's own may have changed since.
    [[nodiscard]] const worker::Options& options() const noexcept { return options_; }

    [[nodiscard]] bool runs_one_at_a_time() const noexcept {
        return options_.worker_class == worker::Class::sync;
    }

    [[nodiscard]] Deadline::Clock::time_point born() const noexcept { return born_; }

    [[nodiscard]] worker::WorkerState state() const noexcept {
        return board_.line().state.load(std::memory_order_acquire);
    }
    [[nodiscard]] bool ready() const noexcept { return state() != worker::WorkerState::booting; }

    /// From fork to ready; zero if it is not.
    [[nodiscard]] Duration boot_time() const noexcept;

    /// On its way out, by our will or its own: it does not count any more.
    [[nodiscard]] bool leaving() const noexcept {
        return told_ || dead_ || killed() || terminating() ||
               state() == worker::WorkerState::draining;
    }

    /// Asks it to finish what it has: Order::finish if the server stops, Order::leave if others go
    /// on. One that is not ready has nothing, and is dismissed at once.
    void tell_to_go(worker::Order order, Deadline kill_by);

    [[nodiscard]] bool told() const noexcept { return told_; }

    /// It should be replaced, and goes on until another is ready to take its place.
    [[nodiscard]] bool worn() const noexcept { return board_.line().worn.load(); }
    void wear_out() noexcept { board_.line().worn.store(true); }

    /// It may soon have to be killed, so that another should be ready to take its place. Returns
    /// whether that is news.
    bool set_near_limit(bool expected) noexcept {
        return std::exchange(near_limit_, expected) != expected;
    }
    [[nodiscard]] bool near_limit() const noexcept { return near_limit_; }

    /// It is to be killed, once the requests that it can end have ended, or at `kill_by`. `why`
    /// becomes part of its ExitRecord.
    void terminate(std::string why, Deadline kill_by);

    /// The same for one that is too many: it has until `kill_by` to come to rest, and nothing to
    /// answer for. It can still be terminated.
    void dismiss(Deadline kill_by);
    [[nodiscard]] bool terminating() const noexcept { return !termination_reason_.empty(); }
    [[nodiscard]] const std::string& termination_reason() const noexcept {
        return termination_reason_;
    }

    /// It is being terminated, and begins nothing any more.
    [[nodiscard]] bool frozen() const noexcept { return board_.line().frozen.load(); }

    /// When a worker that is being terminated is killed whatever it does: at once if it cannot even
    /// say that it has understood.
    [[nodiscard]] Deadline kill_deadline() const noexcept;

    /// SIGKILL, once, for it and its descendants. `why` becomes part of its ExitRecord.
    void kill(std::string why);

    void tell(worker::Order order) const noexcept;

    [[nodiscard]] bool killed() const noexcept { return !kill_reason_.empty(); }

    /// When SIGKILL should have ended it. Once that has passed, its keeper is called all the same:
    /// it will never again run a line of its own, whatever in the kernel it hangs on.
    [[nodiscard]] Deadline death_due() const noexcept;
    void give_up() noexcept { given_up_ = true; }
    [[nodiscard]] bool given_up() const noexcept { return given_up_; }

    /// A signal has stopped it, or let it go on.
    void notice_stopped(bool stopped) noexcept;
    [[nodiscard]] bool stopped() const noexcept { return !stop_patience_.is_never(); }

    /// When it is to be killed if it is still there: while it boots, while it leaves, and while it
    /// is stopped.
    [[nodiscard]] Deadline overstay_deadline() const noexcept;

    /// A worker that drains by itself has `graceful_timeout` from when that is noticed.
    void notice_draining(Deadline kill_by) noexcept;

    /// What waitpid's status means; `oom`: the kernel has killed something for want of memory.
    [[nodiscard]] ExitRecord death(int wait_status, bool oom = false) const;

    /// The process has been reaped. Its keeper sees to its clients still: see call_keeper().
    void has_died(ExitRecord death) {
        dead_ = true;
        exit_record_ = std::move(death);
    }
    [[nodiscard]] bool dead() const noexcept { return dead_; }
    [[nodiscard]] const ExitRecord& exit_record() const noexcept { return exit_record_; }

    /// 0: it has none, since it died too early or the keeper did.
    [[nodiscard]] pid_t keeper() const noexcept { return board_.line().keeper.load(); }

    /// Has the keeper answer for the worker, which has ended like that, or has not ended.
    void call_keeper(worker::Ending ending) noexcept;

  private:
    void send(int signal) const noexcept;

    pid_t pid_;
    std::size_t slot_;
    int generation_;
    worker::WorkerBoard board_;
    worker::Options options_;
    UniqueFd orders_;  ///< an eventfd that is the worker's, too
    Deadline::Clock::time_point born_ = Deadline::Clock::now();
    Deadline boot_deadline_;
    Deadline kill_by_ = Deadline::never();
    bool told_ = false;
    bool dead_ = false;
    bool near_limit_ = false;
    bool dismissed_ = false;
    bool given_up_ = false;
    ExitRecord exit_record_{};
    Deadline stop_patience_ = Deadline::never();
    Deadline death_due_ = Deadline::never();
    std::string termination_reason_;
    Deadline grace_ends_ = Deadline::never();
    Deadline must_freeze_by_ = Deadline::never();
    std::string kill_reason_;
};

}  // namespace curfew::master
