#pragma once

#include "handlers/base/deadline.h"
#include "master/diagnosis/findings.h"
#include "master/diagnosis/stuck_request.h"

#include <sys/types.h>

#include <functional>
#include <string>
#include <vector>

namespace curfew::master {

/// Has requests that take too long inspected, each time by a short-lived process of its own. The
/// master does not wait for it. The process logs what the requests wait for and their stacks, tells
/// the master the same, and is killed if it takes too long. In any case the worker goes on
/// unchanged. Such a process also reads the stack of a crash.
class Inspector {
  public:
    /// `become`: called first in each new process, with its title.
    explicit Inspector(std::function<void(const char* title)> become)
        : become_(std::move(become)) {}

    enum class Why {
        stuck,  ///< the requests are claimed; their workers are killed after the inspection
        slow,   ///< the requests go on; one that ends meanwhile is left out
    };

    /// `each`: the time for each request.
    void begin(Why why, const std::vector<StuckRequest>& requests, Duration each);

    /// Has the stack of a crash read. `worker` is the pid of the dead worker, and looks_at(worker)
    /// is true until the stack can be taken by take_crash(). Only while looks_at_crash() is false.
    void begin_crash(pid_t worker, const std::function<std::vector<std::string>()>& read);

    /// The stack that was read; empty: none.
    [[nodiscard]] std::vector<std::string> take_crash(pid_t worker);

    /// Logs a warning if stuck workers cannot be inspected from outside. `as_worker`: called first
    /// in a process that then has the same permissions as a worker.
    void probe(const std::function<void()>& as_worker);

    /// To be called when a child of the master was reaped. True if it was one of these processes.
    bool finished(pid_t reaped, int wait_status);

    /// Kills processes that take too long.
    void end_overdue(Deadline::Clock::time_point now) noexcept;

    /// Whether a process inspects this stuck worker, so that it must not be killed yet, or the
    /// crash of this dead worker.
    [[nodiscard]] bool looks_at(pid_t worker) const noexcept;

    /// Whether slow requests are being inspected: there is one such process at a time.
    [[nodiscard]] bool looks_at_slow() const noexcept;

    /// The same for crashes. Also true while a process that was killed has not ended, because a
    /// disk may block it.
    [[nodiscard]] bool looks_at_crash() const noexcept;

    /// When end_overdue() has something to do.
    [[nodiscard]] Deadline box() const noexcept;

    /// Whether the master must wait for a process before it exits. Not for those that were killed.
    [[nodiscard]] bool busy() const noexcept { return !box().is_never(); }

    /// The findings about stuck workers, until forget().
    [[nodiscard]] const Findings& findings() const noexcept { return findings_; }
    void forget(pid_t worker);

    /// To be called in any other child of the master.
    void leave() noexcept { pipe_.close(); }

  private:
    struct Running {
        pid_t pid;
        Deadline box;
        std::vector<pid_t> stuck;  ///< the stuck workers, or the one that crashed
        bool slow = false;
        bool crash = false;
    };

    [[nodiscard]] static const char* task_of(const Running& running) noexcept;
    void start(Running running, Duration box, const std::function<void()>& work);

    const std::function<void(const char* title)> become_;
    std::vector<Running> running_;
    FindingsPipe pipe_;
    Findings findings_;
};

}  // namespace curfew::master
