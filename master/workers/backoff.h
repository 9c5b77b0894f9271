#pragma once

#include "handlers/base/deadline.h"

#include <algorithm>

namespace curfew::master {

/// Decides when the next worker may be forked: at once, unless workers die one after the other
/// before they have been of use. Then the pause doubles from 100 ms to 1 s, until a worker is of
/// use. Pauses save CPU time, and are short enough for workers to start soon after the cause is
/// mended.
class Backoff {
  public:
    /// A worker that has finished no request, and lived for less time than this, was of no use.
    static constexpr Duration early = std::chrono::seconds(1);

    /// A worker has died before it was of use.
    void died(Deadline::Clock::time_point now) noexcept {
        if (now - last_ > forgotten_after) in_a_row_ = 0;
        last_ = now;
        next_ = now + std::min(first * (1 << std::min(in_a_row_, 4)), most);
        ++in_a_row_;
    }

    /// A worker has been of use.
    void lived_on() noexcept {
        in_a_row_ = 0;
        next_ = {};
    }

    /// fork() has failed.
    void failed(Deadline::Clock::time_point now) noexcept { next_ = now + first; }

    [[nodiscard]] bool holds(Deadline::Clock::time_point now) const noexcept { return now < next_; }
    [[nodiscard]] Deadline until() const noexcept { return Deadline::at(next_); }
    [[nodiscard]] int in_a_row() const noexcept { return in_a_row_; }

  private:
    static constexpr Duration first = std::chrono::milliseconds(100);
    static constexpr Duration most = std::chrono::seconds(1);

    static constexpr Duration forgotten_after = std::chrono::minutes(1);

    int in_a_row_ = 0;
    Deadline::Clock::time_point last_{};
    Deadline::Clock::time_point next_{};
};

}  // namespace curfew::master
