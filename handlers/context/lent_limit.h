#pragma once

#include <atomic>

namespace curfew {

/// Whether a function that has a limit still runs, as the threads see it that the function has
/// started: they have its limit until then. Destroyed with its last user.
class LentLimit {
  public:
    LentLimit() = default;
    LentLimit(const LentLimit&) = delete;
    LentLimit& operator=(const LentLimit&) = delete;

    [[nodiscard]] bool over() const noexcept { return over_.load(std::memory_order_acquire); }

    /// Called by its maker, once, who does not use it any more.
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
    std::atomic<int> users_{1};  ///< its maker, until end(), and the threads
};

}  // namespace curfew
