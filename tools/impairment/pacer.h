#pragma once

#include "tools/impairment/conditions.h"

#include <cstdint>

namespace curfew::impairment {

/// How many bytes may go one way, and when. Knows neither sockets nor clocks.
class Pacer {
  public:
    /// `conditions` may change; heed() has to be called then.
    explicit Pacer(const Conditions& conditions) noexcept
        : conditions_(conditions), counts_(conditions.counts) {}

    void heed() noexcept;

    /// When something may be sent again. Time::max(): not under these conditions.
    [[nodiscard]] Time ready_at() const noexcept;
    /// The bytes that may be sent at once when that time has come: at least one.
    [[nodiscard]] std::size_t allowance() const noexcept;
    /// As many bytes have gone as may before the connection is reset.
    [[nodiscard]] bool reset_is_due() const noexcept;

    void sent(std::size_t count, Time now) noexcept;

  private:
    [[nodiscard]] bool silent() const noexcept;

    const Conditions& conditions_;
    unsigned counts_;          // Conditions::counts, as last seen
    std::uint64_t count_ = 0;  // bytes sent, as far as stall and reset are concerned
    Time last_drop_ = Time::min();
    Time paid_until_ = Time::min();  // what has been sent is within the bandwidth from then on
};

}  // namespace curfew::impairment
