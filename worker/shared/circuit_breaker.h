#pragma once

#include "handlers/base/deadline.h"

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

namespace curfew::worker {

/// The circuit breaker of one route, in memory that all processes share. While it is closed, the
/// route's requests run. The master trips it when they have killed too many workers: then it is
/// open, and requests are refused. After a pause it is half open: one request runs, the probe. If
/// the probe ends in time, its worker closes the breaker. If the probe kills its worker, the master
/// trips the breaker again. If the probe never ends, the next probe may run once the lease has
/// passed.
class CircuitBreaker {
  public:
    using Time = Deadline::Clock::time_point;

    /// Whether this is the breaker of the route with that key. The first route that asks gets it;
    /// routes with equal keys share one.
    [[nodiscard]] bool is_for(std::uint64_t key) noexcept {
        std::uint64_t none = 0;
        return key_.compare_exchange_strong(none, key) || none == key;
    }

    /// One relaxed load, which is the whole cost of a closed breaker.
    [[nodiscard]] bool open() const noexcept { return until_.load(std::memory_order_relaxed) != 0; }
    [[nodiscard]] Time until() const noexcept { return Time(Duration(until_.load())); }

    void trip(Time until) noexcept { until_.store(until.time_since_epoch().count()); }

    /// True if this request is the probe. Until `lease` there is no other probe.
    [[nodiscard]] bool probe(Time now, Time lease) noexcept {
        auto until = until_.load();
        return until != 0 && Time(Duration(until)) <= now &&
               until_.compare_exchange_strong(until, lease.time_since_epoch().count());
    }

    /// To be called when the probe with that lease has ended in time. False if the breaker has been
    /// tripped again meanwhile.
    bool close(Time lease) noexcept {
        auto until = lease.time_since_epoch().count();
        return until_.compare_exchange_strong(until, 0);
    }

  private:
    std::atomic<std::uint64_t> key_{0};
    std::atomic<std::int64_t> until_{0};  ///< CLOCK_MONOTONIC, ns; 0: closed
};

/// The number of the route's breaker among `breakers`; 0, which is never tripped, if all are taken.
/// It is the same in every process and for every configuration that has such a route.
[[nodiscard]] std::uint32_t breaker_number(std::span<CircuitBreaker> breakers,
                                           std::string_view method,
                                           std::string_view pattern) noexcept;

/// For how long a breaker is open before it lets a probe through.
[[nodiscard]] constexpr Duration breaker_pause(Duration window) noexcept { return window / 4; }

}  // namespace curfew::worker
