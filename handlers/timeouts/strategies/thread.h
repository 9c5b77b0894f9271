#pragma once

#include "../../context/spare_threads.h"
#include "../strategy.h"

#include <atomic>
#include <functional>
#include <memory>

namespace curfew {

/// threading.Thread.join with a timeout: the function runs on a thread of a pool. At the limit the
/// caller goes on, and the function is abandoned: it goes on in the background until its next wait,
/// which the same deadline ends.
class Thread final : public Strategy {
  public:
    /// The most threads: idle, busy and abandoned. If all are taken, a call is refused with 503.
    static constexpr int most_threads = SpareThreads::most;

    Thread();

    [[nodiscard]] bool detaches() const noexcept override { return true; }
    /// How many functions run at the moment although their callers have gone on.
    [[nodiscard]] int abandoned() const noexcept { return abandoned_.load(); }

    void run(Call& call, Deadline deadline) override;
    void run_detached(const std::shared_ptr<Call>& call, Deadline deadline) override;

    /// The observer is called on a caller's thread each time that a function is abandoned, with the
    /// number of abandoned ones; a worker then decides to retire. To be set before the first run.
    void on_abandoned(std::function<void(int now)> observer) override {
        observer_ = std::move(observer);
    }

  private:
    struct Job;

    void work(Job& job);

    SpareThreads threads_;
    std::atomic<int> abandoned_{0};
    std::function<void(int)> observer_;
};

}  // namespace curfew
