#pragma once

#include <chrono>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <thread>

namespace curfew::tests {

/// Ends a wait that does not end by itself, so that a test fails and does not hang.
class Rescue {
  public:
    explicit Rescue(std::function<void()> end_wait,
                    std::chrono::milliseconds after = std::chrono::seconds(5))
        : thread_([this, end_wait = std::move(end_wait), after] {
              std::unique_lock lock(mutex_);
              if (over_.wait_for(lock, after, [this] { return saved_; })) return;
              needed_ = true;
              end_wait();
          }) {}
    ~Rescue() {
        if (thread_.joinable()) static_cast<void>(needed());
    }
    Rescue(const Rescue&) = delete;
    Rescue& operator=(const Rescue&) = delete;

    /// True if the wait had to be ended. To be asked once it is over.
    [[nodiscard]] bool needed() {
        if (thread_.joinable()) {
            {
                const std::lock_guard lock(mutex_);
                saved_ = true;
            }
            over_.notify_one();
            thread_.join();
        }
        return needed_;
    }

  private:
    std::mutex mutex_;
    std::condition_variable over_;
    bool saved_ = false;
    bool needed_ = false;
    std::thread thread_;
};

}  // namespace curfew::tests
