#pragma once

#include <chrono>
#include <compare>

namespace curfew {

using Duration = std::chrono::nanoseconds;

/// A time on CLOCK_MONOTONIC by which something must have ended, in nanoseconds. A value, whose
/// functions never throw. The clock is the same in every process of the machine, so a deadline may
/// be passed to another process.
class Deadline {
  public:
    using Clock = std::chrono::steady_clock;

    /// Never passes. Compares as later than every other deadline.
    [[nodiscard]] static constexpr Deadline never() noexcept {
        return Deadline{Clock::time_point::max()};
    }

    /// `limit` from now. A limit too long to be represented is never().
    [[nodiscard]] static Deadline in(Duration limit) noexcept { return after(Clock::now(), limit); }

    [[nodiscard]] static constexpr Deadline at(Clock::time_point time) noexcept {
        return Deadline{time};
    }

    /// `limit` after `start`, saturating at never(); `start` itself if the limit is negative.
    [[nodiscard]] static constexpr Deadline after(Clock::time_point start,
                                                  Duration limit) noexcept {
        if (limit < Duration::zero()) return Deadline{start};
        const bool overflows = limit > Clock::time_point::max() - start;
        return overflows ? never() : Deadline{start + limit};
    }

    [[nodiscard]] constexpr bool is_never() const noexcept { return *this == never(); }
    [[nodiscard]] bool passed() const noexcept { return passed(Clock::now()); }
    [[nodiscard]] constexpr bool passed(Clock::time_point now) const noexcept {
        return now >= time_;
    }

    /// What is left, never negative; Duration::max() for never().
    [[nodiscard]] Duration remaining() const noexcept { return remaining(Clock::now()); }
    [[nodiscard]] constexpr Duration remaining(Clock::time_point now) const noexcept {
        if (is_never()) return Duration::max();
        return passed(now) ? Duration::zero() : Duration{time_ - now};
    }

    [[nodiscard]] constexpr Clock::time_point time() const noexcept { return time_; }

    friend constexpr auto operator<=>(Deadline, Deadline) noexcept = default;

  private:
    explicit constexpr Deadline(Clock::time_point time) noexcept : time_(time) {}

    Clock::time_point time_;
};

}  // namespace curfew
