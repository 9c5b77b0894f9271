#pragma once

#include "handlers/base/deadline.h"
#include "master/diagnosis/findings.h"
#include "master/diagnosis/stuck_request.h"

#include <sys/types.h>

#include <functional>
#include <string>
#include <vector>

namespace curfew::master {

/// Has requests that take too long looked at, each time by a short-lived process of its own, for
/// which nobody waits: it writes to the log what they wait for and their stacks, tells the master
/// the same, and is killed if that takes too long. Whatever becomes of it, the worker goes on as it
/// was. The stack of a crash is read by such a process as well.
class Inspector {
  public:
    /// `become`: what a new process begins with; the name that it is to have.
    explicit Inspector(std::function<void(const char* title)> become)
        : become_(std::move(become)) {}

    enum class Why {
        stuck,  ///< they are claimed, and their workers wait for this to be killed
        slow,   ///< they go on; one that ends meanwhile is left out
    };

    /// Time to look at each subject is `each`.
    void begin(Why why, const std::vector<StuckRequest>& subjects, Duration each);

    /// Has the stack of a crash read; `worker` is dead, and looks_at() it until take_crash() has
    /// what there is. To be called while nobody looks_at_crash().
    void begin_crash(pid_t worker, const std::function<std::vector<std::string>()>& read);

    /// The stack that was read; empty: none was.
    [[nodiscard]] std::vector<std::string> take_crash(pid_t worker);

    /// Says in the log if stuck workers cannot be looked at from outside. `as_worker`: what a
    /// process begins with that may be looked at exactly as a worker.
    void probe(const std::function<void()>& as_worker);

    /// A child of ours has ended. True if it was one of these.
    bool finished(pid_t reaped, int wait_status);

    /// Ends what takes longer than it may.
    void end_overdue(Deadline::Clock::time_point now) noexcept;

    /// Whether somebody looks at this stuck worker, so that it must not be killed yet, or at this
    /// dead one's crash.
    [[nodiscard]] bool looks_at(pid_t worker) const noexcept;

    /// Whether slow requests are being looked at: one such process at a time is enough.
    [[nodiscard]] bool looks_at_slow() const noexcept;

    /// The same for crashes, also while one that was killed has not ended: it may hang on a disk.
    [[nodiscard]] bool looks_at_crash() const noexcept;

    /// When end_overdue() has something to do.
    [[nodiscard]] Deadline box() const noexcept;

    /// Those that were killed are not waited for.
    [[nodiscard]] bool busy() const noexcept { return !box().is_never(); }

    /// Of the stuck workers that were looked at, until they are forgotten.
    [[nodiscard]] const Findings& findings() const noexcept { return findings_; }
    void forget(pid_t worker);

    /// In a process that is neither the master nor one of these.
    void leave() noexcept { pipe_.close(); }

  private:
    struct Running {
        pid_t pid;
        Deadline box;
        std::vector<pid_t> stuck;  ///< the workers that wait for it, or the one that crashed
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
