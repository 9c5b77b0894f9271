#pragma once

#include "../../context/call_context.h"

#include <condition_variable>
#include <map>
#include <mutex>

namespace curfew {

/// One thread that raises interrupts at their time. Made at its first use, never destroyed.
/// Safe from any thread.
class TimerThread {
  public:
    [[nodiscard]] static TimerThread& instance();

    using Entry = std::multimap<Deadline, CancelToken*>::iterator;

    /// Raises `interrupt` at `deadline`, unless it is removed before.
    [[nodiscard]] Entry add(Deadline deadline, CancelToken& interrupt);

    /// After this the interrupt is not touched any more. To be called once for each add().
    void remove(Entry entry) noexcept;

  private:
    TimerThread();
    void work();

    std::mutex mutex_;
    std::condition_variable sooner_;
    std::multimap<Deadline, CancelToken*> entries_;  ///< one that was raised has no interrupt
    Deadline wakes_at_ = Deadline::never();
};

/// Has an interrupt raised for the length of a scope.
class TimerScope {
  public:
    TimerScope(Deadline deadline, CancelToken& interrupt)
        : entry_(TimerThread::instance().add(deadline, interrupt)) {}
    ~TimerScope() { TimerThread::instance().remove(entry_); }
    TimerScope(const TimerScope&) = delete;
    TimerScope& operator=(const TimerScope&) = delete;

  private:
    TimerThread::Entry entry_;
};

}  // namespace curfew
