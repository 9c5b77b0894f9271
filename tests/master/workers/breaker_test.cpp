#include "master/workers/breaker_policy.h"

#include "worker/shared/circuit_breaker.h"

#include <doctest/doctest.h>

#include <array>

using namespace curfew;
using namespace curfew::master;
using namespace std::chrono_literals;
using worker::CircuitBreaker;

namespace {

constexpr Deadline::Clock::time_point noon{1000h};

/// How many deaths of route 1 in a row are allowed, one each `apart`; at most 100.
int allowed(std::size_t pool, int percent, Duration apart = 0s) {
    BreakerPolicy breaker;
    int deaths = 0;
    while (deaths < 100 && !breaker.too_many(1, noon + deaths * apart, pool, percent, 60s))
        ++deaths;
    return deaths;
}

}  // namespace

TEST_CASE("a route may cost its share of the pool in a window, and always three") {
    CHECK(allowed(1, 50) == 3);
    CHECK(allowed(2, 50) == 3);
    CHECK(allowed(8, 50) == 4);
    CHECK(allowed(64, 25) == 16);
    CHECK(allowed(8, 50, 16s) == 100);
}

TEST_CASE("each route has its own count, which begins anew once it was too many") {
    BreakerPolicy breaker;
    const auto too_many = [&](std::uint32_t route) {
        return breaker.too_many(route, noon, 1, 50, 60s);
    };
    for (int i = 0; i < 3; ++i) {
        CHECK_FALSE(too_many(1));
        CHECK_FALSE(too_many(2));
    }

    CHECK(too_many(1));
    CHECK_FALSE(too_many(1));
    CHECK(too_many(2));
}

TEST_CASE("a breaker lets one request through when its time is up, and the next after its lease") {
    CircuitBreaker breaker;
    CHECK_FALSE(breaker.open());
    CHECK_FALSE(breaker.probe(noon, noon + 1s));

    breaker.trip(noon + 5s);
    CHECK(breaker.open());
    CHECK_FALSE(breaker.probe(noon + 4s, noon + 10s));
    CHECK(breaker.probe(noon + 5s, noon + 10s));
    CHECK_FALSE(breaker.probe(noon + 9s, noon + 20s));
    CHECK(breaker.probe(noon + 10s, noon + 20s));

    CHECK_FALSE(breaker.close(noon + 10s));
    CHECK(breaker.open());
    CHECK(breaker.close(noon + 20s));
    CHECK_FALSE(breaker.open());
}

TEST_CASE("a route finds its breaker again, and none when there are too many routes") {
    std::array<CircuitBreaker, 3> breakers;

    const auto first = worker::breaker_number(breakers, "GET", "/a");
    const auto second = worker::breaker_number(breakers, "POST", "/a");

    CHECK(first != 0);
    CHECK(second != 0);
    CHECK(first != second);
    CHECK(worker::breaker_number(breakers, "GET", "/a") == first);
    CHECK(worker::breaker_number(breakers, "GET", "/b") == 0);
}
