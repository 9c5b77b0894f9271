#pragma once

#include "handlers/base/unique_fd.h"
#include "worker/executors/executor.h"
#include "worker/os/loop.h"

#include <condition_variable>
#include <deque>
#include <mutex>
#include <thread>
#include <vector>

namespace curfew::worker {

/// Worker class `threads`: a fixed number of threads that take tasks in order. Finished tasks go
/// back to the loop through an eventfd.
class ThreadPool final : public Executor {
  public:
    ThreadPool(Loop& loop, int threads);

    /// Waits for tasks that run. A worker with one that never ends must leave by _exit instead.
    ~ThreadPool() override;

    void submit(Task& task) override;
    [[nodiscard]] bool immediate() const noexcept override { return false; }
    [[nodiscard]] bool saturated() const noexcept override {
        return unfinished_ >= threads_.size();
    }

  private:
    void work();
    void collect();

    UniqueFd finished_fd_;
    ReadEvent finished_event_;
    std::size_t unfinished_ = 0;  ///< submitted and not collected; of the loop's thread

    std::mutex mutex_;
    std::condition_variable changed_;
    std::deque<Task*> waiting_;
    std::vector<Task*> finished_;
    bool stopping_ = false;

    std::vector<Task*> collected_;
    std::vector<std::thread> threads_;
};

}  // namespace curfew::worker
