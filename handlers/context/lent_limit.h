#pragma once

#include <atomic>

namespace curfew {

/// Tells the threads that a function has started whether the function still runs, because they have
/// its limit until it ends. The last user destroys the object. Safe from any thread.
class LentLimit {
  public:
    LentLimit() = default;
    LentLimit(const LentLimit&) = delete;
    LentLimit& operator=(const LentLimit&) = delete;

    [[nodiscard]] bool over() const noexcept { return over_.load(std::memory_order_acquire); }

    /// To be called once, by the code that has made this object and does not use it any more.
    void end() noexcept {
        over_.store(true, std::memory_order_release);
        give_back();
    }

    void borrow() noexcept { users_.fetch_add(1, std::memory_order_relaxed); }
    void give_back() noexcept {
        if (users_.fetch_sub(1, std::memory_order_acq_rel) == 1) delete this;
    }

  private:
    ~LentLimit() = default;

    std::atomic<bool> over_{false};
    std::atomic<int> users_{1};  ///< the code that has made it, until end(), and the threads
};

}  // namespace curfew
