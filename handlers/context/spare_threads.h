#pragma once

#include "own_mutex.h"

#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>

namespace curfew {

/// Threads that run jobs for threads and fibers which must not block. A thread is made when a job
/// comes and none is idle, and stays. To be kept for as long as the process lives.
class SpareThreads {
  public:
    /// The most threads, idle and busy.
    static constexpr int most = 64;

    using Job = std::function<void()>;

    /// Has a thread run `job`, which must not throw. False if all threads are busy. Throws
    /// std::system_error if no thread can be made.
    [[nodiscard]] bool run(Job job);

  private:
    void work();

    OwnMutex mutex_;
    std::condition_variable job_waits_;
    std::deque<Job> waiting_;
    int threads_ = 0;
    int idle_ = 0;
};

}  // namespace curfew
