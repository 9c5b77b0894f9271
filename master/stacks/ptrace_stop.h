#pragma once

#include "handlers/base/deadline.h"

#include <sys/types.h>

namespace curfew::master {

/// A thread of another process, held still by ptrace as long as this lives, and then left to go on
/// as it was. Also if this process is killed meanwhile: the kernel lets go of what a tracer held.
/// To be used by the thread that made it.
class PtraceStop {
  public:
    /// Waits until it stands still, at most until `deadline`: a thread in an uninterruptible sleep
    /// does not.
    PtraceStop(pid_t tid, Deadline deadline) noexcept;
    ~PtraceStop();
    PtraceStop(const PtraceStop&) = delete;
    PtraceStop& operator=(const PtraceStop&) = delete;

    /// 0: it stands still. Else why not: EPERM, ESRCH, ETIMEDOUT, ...
    [[nodiscard]] int error() const noexcept { return error_; }

  private:
    [[nodiscard]] int hold(Deadline deadline) noexcept;

    pid_t tid_;
    int signal_ = 0;  ///< one that was about to be delivered when it stopped
    int error_;
};

}  // namespace curfew::master
