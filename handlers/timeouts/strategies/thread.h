#pragma once

#include "../strategy.h"

#include <atomic>
#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>

namespace curfew {

/// threading.Thread.join with a timeout: the function runs on a thread of a pool, the caller goes
/// on at the limit, and the function in the background, where its waits obey the same deadline.
class Thread final : public Strategy {
  public:
    /// Threads at most, idle, busy and abandoned. When all are taken a call is refused with 503.
    static constexpr int most_threads = 64;

    Thread();

    [[nodiscard]] bool detaches() const noexcept override { return true; }
    /// How many run on at the moment without their callers.
    [[nodiscard]] int abandoned() const noexcept { return abandoned_.load(); }

    void run(Call& call, Deadline deadline) override;
    void run_detached(const std::shared_ptr<Call>& call, Deadline deadline) override;

    /// Called, from a caller's thread, each time that one more goes on without its caller, with
    /// the number that do: where a worker decides to retire. To be set before the first run.
    void on_abandoned(std::function<void(int now)> observer) override { observer_ = std::move(observer); }

  private:
    struct Job;

    void hand_over(const std::shared_ptr<Job>& job);
    void work();

    std::mutex mutex_;
    std::condition_variable job_waits_;
    std::deque<std::shared_ptr<Job>> waiting_;
    int threads_ = 0;
    int idle_ = 0;
    std::atomic<int> abandoned_{0};
    std::function<void(int)> observer_;
};

}  // namespace curfew
