#include "worker/http/queue_time.h"

#include "tests/worker/os/socket_pair.h"

#include <doctest/doctest.h>

using namespace curfew;
using namespace curfew::worker;
using namespace std::chrono_literals;

namespace {

constexpr Duration now = 1'700'000'000s;
constexpr Deadline::Clock::time_point noon{1000h};

}  // namespace

TEST_CASE("a proxy's stamp is read in seconds, milliseconds or microseconds, as its size says") {
    for (const auto* const stamp : {"t=1699999998.500", "1699999998.5", "t=1699999998500",
                                    "1699999998500", "1699999998500000"}) {
        CAPTURE(stamp);
        const auto since = since_request_start(stamp, now);
        REQUIRE(since.has_value());
        CHECK(*since >= 1499ms);
        CHECK(*since <= 1501ms);
    }
}

TEST_CASE("a stamp that makes no sense counts for nothing") {
    for (const auto* const stamp :
         {"", "t=", "t=-5", "nan", "inf", "t=1699999998.5s", "1e9", "99999999999999999999999",
          "99999999999", "99999999999999", "99999999999999999"}) {
        CAPTURE(stamp);
        CHECK_FALSE(since_request_start(stamp, now).has_value());
    }
}

TEST_CASE("a stamp that is too far away is taken for a wrong clock") {
    const auto plausible = [](const char* stamp) {
        const auto since = since_request_start(stamp, now);
        REQUIRE(since.has_value());
        return is_plausible(*since, 30s);
    };
    CHECK(plausible("t=1699999999"));
    CHECK(plausible("t=1699999970"));
    CHECK(plausible("t=1700000000.9"));
    CHECK_FALSE(plausible("t=1699999969"));
    CHECK_FALSE(plausible("t=1700000002"));
    CHECK_FALSE(plausible("0"));
    CHECK_FALSE(plausible("5000000000"));
}

TEST_CASE("clients may have queued while requests came one after the other, or since the boot") {
    BusySpell busy(noon);
    CHECK(busy.may_have_queued(noon));

    busy.begin(noon + 1s);
    CHECK_FALSE(busy.may_have_queued(noon + 1s));
    CHECK(busy.may_have_queued(noon + 2s));
    busy.end();
    busy.ended_by(noon + 2s);
    busy.begin(noon + 2s + 1ms);
    CHECK(busy.may_have_queued(noon + 2s + 1ms));
    busy.end();
    busy.ended_by(noon + 3s);

    busy.begin(noon + 4s);
    CHECK_FALSE(busy.may_have_queued(noon + 4s));
    busy.end();
    busy.found_queue(noon + 5s);
    busy.begin(noon + 5s);
    CHECK(busy.may_have_queued(noon + 5s));
}

TEST_CASE("the kernel says how long ago a connection's bytes arrived") {
    const auto pair = make_tcp_pair();
    REQUIRE(::send(pair.client.get(), "x", 1, 0) == 1);
    const auto limit = Deadline::in(10s);

    while (since_last_arrival(pair.server.get()) < 20ms && !limit.passed()) continue;

    CHECK_FALSE(limit.passed());
    CHECK(since_last_arrival(make_socket_pair().server.get()) == Duration::zero());
}
