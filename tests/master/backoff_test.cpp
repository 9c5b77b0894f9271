#include "master/backoff.h"

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
    CHECK(backoff.early_deaths() == 0);
}

TEST_CASE("the first early death costs nothing, then the pause doubles up to one second") {
    Backoff backoff;
    auto now = noon;
    for (const Duration pause : {Duration(0ms), Duration(100ms), Duration(200ms), Duration(400ms),
                                 Duration(800ms), Duration(1s), Duration(1s)}) {
        CAPTURE(pause.count());
        backoff.died(now, 10ms);
        CHECK(backoff.until() == Deadline::at(now + pause));
        if (pause > 0ms) CHECK(backoff.holds(now + pause - 1ns));
        CHECK_FALSE(backoff.holds(now + pause));
        now += pause;
    }
    CHECK(backoff.early_deaths() == 7);
}

TEST_CASE("many early deaths do not overflow") {
    Backoff backoff;
    for (int i = 0; i < 1000; ++i) backoff.died(noon, 0ms);
    CHECK(backoff.until() == Deadline::at(noon + 1s));
}

TEST_CASE("a life of a second ends the pause and begins the count anew") {
    Backoff backoff;
    for (int i = 0; i < 5; ++i) backoff.died(noon, 999ms);
    REQUIRE(backoff.holds(noon));

    backoff.died(noon, 1s);

    CHECK_FALSE(backoff.holds(noon));
    CHECK(backoff.early_deaths() == 0);
    backoff.died(noon, 10ms);
    CHECK_FALSE(backoff.holds(noon));
}

TEST_CASE("some worker that lives is enough") {
    Backoff backoff;
    for (int i = 0; i < 5; ++i) backoff.died(noon, 10ms);

    backoff.lived_on();

    CHECK_FALSE(backoff.holds(noon));
    CHECK(backoff.early_deaths() == 0);
}

TEST_CASE("early deaths are forgotten after a minute without one") {
    Backoff backoff;
    for (int i = 0; i < 5; ++i) backoff.died(noon, 10ms);

    SUBCASE("not before") {
        backoff.died(noon + 1min, 10ms);
        CHECK(backoff.early_deaths() == 6);
    }
    SUBCASE("but then") {
        backoff.died(noon + 1min + 1ns, 10ms);
        CHECK(backoff.early_deaths() == 1);
        CHECK_FALSE(backoff.holds(noon + 1min + 1ns));
    }
}

TEST_CASE("a fork that fails is tried again soon") {
    Backoff backoff;
    backoff.failed(noon);
    CHECK(backoff.holds(noon + 99ms));
    CHECK_FALSE(backoff.holds(noon + 100ms));
    CHECK(backoff.early_deaths() == 0);
}
