#pragma once

#include "handlers/deadline.h"

#include <cstdint>

namespace curfew::worker {

/// For a line in the log about what may happen a thousand times a second: it is due at the first
/// time, and then every ten seconds at most.
class Occasionally {
  public:
    /// Counts one more. True if the line is due.
    [[nodiscard]] bool happens() noexcept {
        ++count_;
        const auto now = Deadline::Clock::now();
        if (!next_.passed(now)) return false;
        next_ = Deadline::after(now, std::chrono::seconds(10));
        return true;
    }

    /// How often it has happened in all.
    [[nodiscard]] std::uint64_t count() const noexcept { return count_; }

  private:
    std::uint64_t count_ = 0;
    Deadline next_ = Deadline::at({});
};

}  // namespace curfew::worker
