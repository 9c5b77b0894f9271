#pragma once

#include "handlers/deadline.h"

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

namespace curfew::worker {

/// In memory that all processes share, for one route: whether its requests are refused, because
/// they have cost too many workers their lives. Engaged by the master; after a while one request is
/// let through, and if it is answered in time its worker releases the brake. If it dies of it, the
/// master engages the brake again; if it never ends, the next one is let through when its lease has
/// passed.
class RouteBrake {
  public:
    using Time = Deadline::Clock::time_point;

    /// Has the route got this place? The first that asks gets it; equal keys share one.
    [[nodiscard]] bool is_for(std::uint64_t key) noexcept {
        std::uint64_t none = 0;
        return key_.compare_exchange_strong(none, key) || none == key;
    }

    /// One relaxed load: all that it costs as long as nothing is wrong.
    [[nodiscard]] bool engaged() const noexcept {
        return until_.load(std::memory_order_relaxed) != 0;
    }
    [[nodiscard]] Time until() const noexcept { return Time(Duration(until_.load())); }

    void engage(Time until) noexcept { until_.store(until.time_since_epoch().count()); }

    /// True if this request is the one that is let through now; no other is until `lease`.
    [[nodiscard]] bool let_through(Time now, Time lease) noexcept {
        auto until = until_.load();
        return until != 0 && Time(Duration(until)) <= now &&
               until_.compare_exchange_strong(until, lease.time_since_epoch().count());
    }

    /// Says that it was answered. False if the brake was engaged anew meanwhile.
    bool release(Time lease) noexcept {
        auto until = lease.time_since_epoch().count();
        return until_.compare_exchange_strong(until, 0);
    }

  private:
    std::atomic<std::uint64_t> key_{0};
    std::atomic<std::int64_t> until_{0};  ///< CLOCK_MONOTONIC, ns; 0: not engaged
};

/// The number of the route's brake among `brakes`; 0, which is never engaged, if all are taken. The
/// same in every process and for every configuration that has such a route.
[[nodiscard]] std::uint32_t brake_number(std::span<RouteBrake> brakes, std::string_view method,
                                         std::string_view pattern) noexcept;

/// For how long requests are refused before one is let through.
[[nodiscard]] constexpr Duration brake_pause(Duration window) noexcept { return window / 4; }

}  // namespace curfew::worker
