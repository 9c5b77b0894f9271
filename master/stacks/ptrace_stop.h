#pragma once

#include "handlers/base/deadline.h"

#include <sys/types.h>

namespace curfew::master {

/// Stops a thread of another process by ptrace for as long as this object lives. Then the thread
/// continues as before, also if this process is killed, because the kernel then detaches the
/// thread. An object must be used by the thread that has made it, as ptrace demands.
class PtraceStop {
  public:
    /// Waits until the thread has stopped, but no longer than until `deadline`, because a thread in
    /// an uninterruptible sleep does not stop.
    PtraceStop(pid_t tid, Deadline deadline) noexcept;
    ~PtraceStop();
    PtraceStop(const PtraceStop&) = delete;
    PtraceStop& operator=(const PtraceStop&) = delete;

    /// 0 if the thread is stopped; else the reason why not: EPERM, ESRCH, ETIMEDOUT, ...
    [[nodiscard]] int error() const noexcept { return error_; }

  private:
    [[nodiscard]] int hold(Deadline deadline) noexcept;

    pid_t tid_;
    int signal_ = 0;  ///< that the thread was about to receive when it stopped; 0: none
    int error_;
};

}  // namespace curfew::master
