#pragma once

#include "handlers/base/deadline.h"

#include <atomic>
#include <cstdint>

namespace curfew::worker {

/// Limits how often the same line is logged. Safe from any thread.
class Seldom {
  public:
    explicit constexpr Seldom(Duration pause) noexcept : pause_(pause) {}

    /// True at the first call, and at the first call after each pause.
    [[nodiscard]] bool due(Deadline::Clock::time_point now) noexcept {
        const std::int64_t time = now.time_since_epoch().count();
        auto next = next_.load(std::memory_order_relaxed);
        return time >= next && next_.compare_exchange_strong(next, time + pause_.count());
    }

  private:
    const Duration pause_;
    std::atomic<std::int64_t> next_{0};
};

}  // namespace curfew::worker
