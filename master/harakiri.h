#pragma once

#include "master/diagnosis/inspector.h"
#include "master/workers/cpu_watch.h"
#include "master/workers/deferred_kills.h"
#include "master/workers/generations.h"
#include "master/workers/overdue.h"
#include "master/workers/stopping.h"
#include "master/workers/workers.h"

#include <cstddef>
#include <cstdint>
#include <vector>

namespace curfew::master {

/// Kills workers whose time is up: a request has exceeded its limit, or the worker takes too long
/// to boot, to finish, or to continue after a signal has stopped it. Also tells the master when to
/// wake for that.
class Harakiri {
  public:
    using Time = Deadline::Clock::time_point;

    Harakiri(Workers& workers, const Generations& generations, Inspector& inspector)
        : workers_(workers),
          generations_(generations),
          inspector_(inspector),
          deferred_kills_(workers, generations) {}

    /// Notes which workers come near a limit, so that their replacements are forked in time.
    void expect_deaths();

    /// When the master must wake: at the next deadline, and at `others` at the latest. To be called
    /// last before the master sleeps, because from now on workers wake it for sooner deadlines.
    [[nodiscard]] Deadline next_wake(Time now, Deadline others);
    /// To be called when the master has woken. Workers need not wake it any more.
    void woke_up();

    /// Kills the workers whose time is up.
    void turn(Stopping stopping);

    /// Charges the route of the request that has ended this worker by a crash or an exit.
    void charge_culprit(const Child& child);

  private:
    [[nodiscard]] Deadline next_look(const Child& child, const Scan& seen, Time now) const;
    [[nodiscard]] bool was_held_up(Time now);
    void terminate_overdue(Time now);
    [[nodiscard]] std::vector<Overdue> overdue_requests(const Child& child, Time now);
    void log_dry_run(const Child& child, const Overdue& overdue);
    [[nodiscard]] StuckRequest terminate_for(Child& child, const Overdue& overdue, Time now);
    [[nodiscard]] Deadline grace(const Child& child, Time now) const noexcept;
    void kill_terminating(Time now, Stopping stopping);
    void kill_overstayers(Time now, Stopping stopping);

    Workers& workers_;
    const Generations& generations_;
    Inspector& inspector_;
    CpuWatch cpu_watch_{thread_cpu_time};
    DeferredKills deferred_kills_;
    std::uint64_t spared_ = 0;  ///< requests over their limit that harakiri = log did not kill
    bool poked_ = false;
    Deadline woken_for_ = Deadline::never();
    Time lenient_until_{};
};

}  // namespace curfew::master
