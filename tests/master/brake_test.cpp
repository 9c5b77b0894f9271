#include "master/brake.h"

#include "worker/route_brake.h"

#include <doctest/doctest.h>

#include <array>

using namespace curfew;
using namespace curfew::master;
using namespace std::chrono_literals;
using worker::RouteBrake;

namespace {

constexpr Deadline::Clock::time_point noon{1000h};

/// How many deaths of route 1 in a row are allowed, one each `apart`; at most 100.
int allowed(std::size_t pool, int percent, Duration apart = 0s) {
    Brake brake;
    int deaths = 0;
    while (deaths < 100 && !brake.too_many(1, noon + deaths * apart, pool, percent, 60s)) ++deaths;
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
    Brake brake;
    const auto too_many = [&](std::uint32_t route) {
        return brake.too_many(route, noon, 1, 50, 60s);
    };
    for (int i = 0; i < 3; ++i) {
        CHECK_FALSE(too_many(1));
        CHECK_FALSE(too_many(2));
    }

    CHECK(too_many(1));
    CHECK_FALSE(too_many(1));
    CHECK(too_many(2));
}

TEST_CASE("a brake lets one request through when its time is up, and the next after its lease") {
    RouteBrake brake;
    CHECK_FALSE(brake.engaged());
    CHECK_FALSE(brake.let_through(noon, noon + 1s));

    brake.engage(noon + 5s);
    CHECK(brake.engaged());
    CHECK_FALSE(brake.let_through(noon + 4s, noon + 10s));
    CHECK(brake.let_through(noon + 5s, noon + 10s));
    CHECK_FALSE(brake.let_through(noon + 9s, noon + 20s));
    CHECK(brake.let_through(noon + 10s, noon + 20s));

    CHECK_FALSE(brake.release(noon + 10s));
    CHECK(brake.engaged());
    CHECK(brake.release(noon + 20s));
    CHECK_FALSE(brake.engaged());
}

TEST_CASE("a route finds its brake again, and none when there are too many routes") {
    std::array<RouteBrake, 3> brakes;

    const auto first = worker::brake_number(brakes, "GET", "/a");
    const auto second = worker::brake_number(brakes, "POST", "/a");

    CHECK(first != 0);
    CHECK(second != 0);
    CHECK(first != second);
    CHECK(worker::brake_number(brakes, "GET", "/a") == first);
    CHECK(worker::brake_number(brakes, "GET", "/b") == 0);
}
