#pragma once

#include "handlers/deadline.h"

namespace curfew::master {

/// When the next worker may be forked: at once, unless workers die one after the other before they
/// are of any use. Then the pause doubles from 100 ms to 1 s, until one lives: enough to spare
/// the machine, little enough that a request that crashes workers does not take the others'
/// answers.
class Backoff {
  public:
    /// A life shorter than this is no use to anybody.
    static constexpr Duration early = std::chrono::seconds(1);

    /// Not even the first one is to be followed at once: it was no accident.
    void failed_to_boot(Deadline::Clock::time_point now) noexcept {
        died(now, Duration::zero());
        if (!holds(now)) failed(now);
    }

    void died(Deadline::Clock::time_point now, Duration lived) noexcept {
        if (lived >= early) return lived_on();
        if (now - last_ > forgotten_after) early_deaths_ = 0;
        last_ = now;
        ++early_deaths_;
        const auto exponent = early_deaths_ < 9 ? early_deaths_ - 1 : 8;
        const auto pause = early_deaths_ == 1 ? Duration::zero() : first * (1 << (exponent - 1));
        next_ = now + (pause < most ? pause : most);
    }

    /// Some worker has lived long enough, or its end was of our own making.
    void lived_on() noexcept {
        early_deaths_ = 0;
        next_ = {};
    }

    /// The system would not let us fork.
    void failed(Deadline::Clock::time_point now) noexcept { next_ = now + first; }

    [[nodiscard]] bool holds(Deadline::Clock::time_point now) const noexcept { return now < next_; }
    [[nodiscard]] Deadline until() const noexcept { return Deadline::at(next_); }
    [[nodiscard]] int early_deaths() const noexcept { return early_deaths_; }

  private:
    static constexpr Duration first = std::chrono::milliseconds(100);
    static constexpr Duration most = std::chrono::seconds(1);

    static constexpr Duration forgotten_after = std::chrono::minutes(1);

    int early_deaths_ = 0;
    Deadline::Clock::time_point last_{};
    Deadline::Clock::time_point next_{};
};

}  // namespace curfew::master
