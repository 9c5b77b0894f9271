#include "master/workers/backoff.h"

#include <doctest/doctest.h>

using namespace curfew;
using namespace curfew::master;
using namespace std::chrono_literals;

namespace {

constexpr Deadline::Clock::time_point noon{1000h};

}  // namespace

TEST_CASE("at first nothing holds a fork back") {
    const Backoff backoff;
    CHECK_FALSE(backoff.holds(noon));
    CHECK(backoff.in_a_row() == 0);
}

TEST_CASE("each worker of no use doubles the pause, up to one second") {
    Backoff backoff;
    auto now = noon;
    for (const Duration pause : {Duration(100ms), Duration(200ms), Duration(400ms), Duration(800ms),
                                 Duration(1s), Duration(1s)}) {
        CAPTURE(pause.count());
        backoff.died(now);
        CHECK(backoff.until() == Deadline::at(now + pause));
        CHECK(backoff.holds(now + pause - 1ns));
        CHECK_FALSE(backoff.holds(now + pause));
        now += pause;
    }
    CHECK(backoff.in_a_row() == 6);
}

TEST_CASE("many deaths do not overflow") {
    Backoff backoff;
    for (int i = 0; i < 1000; ++i) backoff.died(noon);
    CHECK(backoff.until() == Deadline::at(noon + 1s));
}

TEST_CASE("some worker that is of use is enough") {
    Backoff backoff;
    for (int i = 0; i < 5; ++i) backoff.died(noon);

    backoff.lived_on();

    CHECK_FALSE(backoff.holds(noon));
    CHECK(backoff.in_a_row() == 0);
}

TEST_CASE("deaths are forgotten after a minute without one") {
    Backoff backoff;
    for (int i = 0; i < 5; ++i) backoff.died(noon);

    SUBCASE("not before") {
        backoff.died(noon + 1min);
        CHECK(backoff.in_a_row() == 6);
    }
    SUBCASE("but then") {
        backoff.died(noon + 1min + 1ns);
        CHECK(backoff.in_a_row() == 1);
    }
}

TEST_CASE("a fork that fails is tried again soon") {
    Backoff backoff;
    backoff.failed(noon);
    CHECK(backoff.holds(noon + 99ms));
    CHECK_FALSE(backoff.holds(noon + 100ms));
    CHECK(backoff.in_a_row() == 0);
}
