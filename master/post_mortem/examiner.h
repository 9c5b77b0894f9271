#pragma once

#include "handlers/deadline.h"
#include "master/post_mortem/findings.h"
#include "master/post_mortem/subject.h"

#include <sys/types.h>

#include <functional>
#include <vector>

namespace curfew::master {

/// Has requests that take too long looked at, each time by a short-lived process of its own, for
/// which nobody waits: it writes to the log what they wait for and their stacks, tells the master
/// the same, and is killed if that takes too long. Whatever becomes of it, the worker goes on as it
/// was.
class Examiner {
  public:
    /// `become`: what a new process begins with; the name that it is to have.
    explicit Examiner(std::function<void(const char* title)> become) : become_(std::move(become)) {}

    enum class Why {
        stuck,  ///< they are claimed, and their workers wait for this to be killed
        slow,   ///< they go on; one that ends meanwhile is left out
    };

    /// Time to look at each subject is `each`.
    void begin(Why why, const std::vector<Subject>& subjects, Duration each);

    /// Says in the log if stuck workers cannot be looked at from outside. `as_worker`: what a
    /// process begins with that may be looked at exactly as a worker.
    void probe(const std::function<void()>& as_worker);

    /// A child of ours has ended. True if it was one of these.
    bool finished(pid_t reaped, int wait_status);

    /// Ends what takes longer than it may.
    void end_overdue(Deadline::Clock::time_point now) noexcept;

    /// Whether somebody looks at this stuck worker, so that it must not be killed yet.
    [[nodiscard]] bool looks_at(pid_t worker) const noexcept;

    /// Whether slow requests are being looked at: one such process at a time is enough.
    [[nodiscard]] bool looks_at_slow() const noexcept;

    /// When end_overdue() has something to do.
    [[nodiscard]] Deadline box() const noexcept;

    [[nodiscard]] bool busy() const noexcept { return !running_.empty(); }

    /// Of the stuck workers that were looked at, until they are forgotten.
    [[nodiscard]] const Findings& findings() const noexcept { return findings_; }
    void forget(pid_t worker);

    /// In a process that is neither the master nor one of these.
    void leave() noexcept { pipe_.close(); }

  private:
    struct Running {
        pid_t pid;
        Deadline box;
        std::vector<pid_t> stuck;  ///< the workers that wait for it
        bool slow = false;
    };

    void start(Running running, Duration box, const std::function<void()>& work);

    const std::function<void(const char* title)> become_;
    std::vector<Running> running_;
    FindingsPipe pipe_;
    Findings findings_;
};

}  // namespace curfew::master
