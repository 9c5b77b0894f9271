#pragma once

#include "../../context/call_context.h"
#include "../../context/own_mutex.h"

#include <condition_variable>
#include <map>
#include <mutex>

namespace curfew {

/// One thread that raises cancel tokens at their deadlines. Made at its first use, never destroyed.
/// Safe from any thread.
class TimerThread {
  public:
    [[nodiscard]] static TimerThread& instance();

    using Entry = std::multimap<Deadline, CancelToken*>::iterator;

    /// Raises `token` at `deadline`, unless the entry is removed before.
    [[nodiscard]] Entry add(Deadline deadline, CancelToken& token);

    /// After this the token is not touched any more. To be called once for each add().
    void remove(Entry entry) noexcept;

  private:
    TimerThread();
    void work();

    OwnMutex mutex_;
    std::condition_variable sooner_;
    std::multimap<Deadline, CancelToken*> entries_;  ///< null once it was raised
    Deadline wakes_at_ = Deadline::never();
};

/// An entry of the TimerThread for a scope.
class TimerScope {
  public:
    TimerScope(Deadline deadline, CancelToken& token)
        : entry_(TimerThread::instance().add(deadline, token)) {}
    ~TimerScope() { TimerThread::instance().remove(entry_); }
    TimerScope(const TimerScope&) = delete;
    TimerScope& operator=(const TimerScope&) = delete;

  private:
    TimerThread::Entry entry_;
};

}  // namespace curfew
