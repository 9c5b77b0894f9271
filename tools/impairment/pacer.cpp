#include "tools/impairment/pacer.h"

#include <algorithm>
#include <chrono>
#include <limits>

namespace curfew::impairment {

namespace {

using namespace std::chrono_literals;

/// What an idle connection saves up of its bandwidth, and what a late timer can make up for.
constexpr Duration bucket = 100ms;
/// The bandwidth is spent in portions of so long.
constexpr Duration portion = 20ms;

std::size_t portion_of(std::size_t bandwidth) {
    return std::max<std::size_t>(1, bandwidth / static_cast<std::size_t>(1s / portion));
}

}  // namespace

void Pacer::heed() noexcept {
    if (counts_ == conditions_.counts) return;
    counts_ = conditions_.counts;
    count_ = 0;
}

bool Pacer::silent() const noexcept {
    return conditions_.black_hole || (conditions_.stall && count_ >= *conditions_.stall);
}

bool Pacer::reset_is_due() const noexcept {
    return conditions_.reset && count_ >= *conditions_.reset;
}

Time Pacer::ready_at() const noexcept {
    if (silent()) return Time::max();
    auto ready = Time::min();
    if (conditions_.bandwidth > 0) ready = std::max(ready, paid_until_);
    if (conditions_.drip) ready = std::max(ready, last_drop_ + conditions_.drip->every);
    return ready;
}

std::size_t Pacer::allowance() const noexcept {
    auto most = std::numeric_limits<std::size_t>::max();
    if (conditions_.bandwidth > 0) most = std::min(most, portion_of(conditions_.bandwidth));
    if (conditions_.drip) most = std::min(most, conditions_.drip->bytes);
    if (conditions_.stall) most = std::min(most, *conditions_.stall - count_);
    if (conditions_.reset) most = std::min(most, *conditions_.reset - count_);
    return most;
}

void Pacer::sent(std::size_t count, Time now) noexcept {
    count_ += count;
    if (conditions_.bandwidth > 0) {
        const std::chrono::duration<double> cost(static_cast<double>(count) /
                                                 static_cast<double>(conditions_.bandwidth));
        paid_until_ =
            std::max(paid_until_, now - bucket) + std::chrono::duration_cast<Duration>(cost);
    }
    if (conditions_.drip) {
        // A timer that was late does not shift the drops that follow.
        const auto planned = last_drop_ + conditions_.drip->every;
        last_drop_ = now < planned + conditions_.drip->every ? planned : now;
    }
}

}  // namespace curfew::impairment
