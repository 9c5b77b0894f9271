#include "handlers/base/error.h"
#include "handlers/context/call_context.h"
#include "handlers/context/meter.h"
#include "handlers/routing/describe.h"
#include "handlers/timeouts/with_timeout.h"

#include <doctest/doctest.h>

#include <atomic>
#include <memory>
#include <string>
#include <thread>

using namespace curfew;
using namespace std::chrono_literals;

namespace {

/// A moment that has nothing to do with the clock.
constexpr Deadline::Clock::time_point noon{1000h};

const std::string database = "db 127.0.0.1:3306";

std::string calls(int number) { return " in " + std::to_string(number) + " calls"; }

}  // namespace

TEST_CASE("a meter that is new, or has just begun, says so") {
    Meter meter;
    (void)meter.begin(noon, 0ns, 0ns);

    CHECK(describe(meter, noon + 3100ms) == "in the handler for 3.10 s");
    CHECK(describe(meter, noon) == "in the handler for 0.0 ms");
    CHECK(describe(meter, noon - 1s) == "in the handler for 0.0 ms");
}

TEST_CASE("a call is told by its upstream, and what came before it by its stage") {
    Meter meter;
    const auto request = meter.begin(noon, 0ns, 0ns);
    REQUIRE(request.enter(Stage::http, "http a:80", noon + 100ms));
    request.leave(noon + 112ms);
    REQUIRE(request.enter(Stage::db, database, noon + 120ms));
    request.leave(noon + 170ms);
    REQUIRE(request.enter(Stage::db, database, noon + 200ms));

    CHECK(describe(meter, noon + 3100ms) ==
          "in db 127.0.0.1:3306 for 2.90 s (handler 138 ms, http 12 ms, db 2.95 s" + calls(2) +
              ")");
    request.leave(noon + 3100ms);
    CHECK(describe(meter, noon + 4s) ==
          "in the handler for 900 ms (handler 1.04 s, http 12 ms, db 2.95 s" + calls(2) + ")");
}

TEST_CASE("the wait before the handler, and for the client after it, are told") {
    Meter meter;
    (void)meter.begin(noon, 30ms, 2s);
    meter.wait_to_write(noon + 40ms);
    meter.wait_to_write(noon + 50ms);

    CHECK(describe(meter, noon + 1040ms) ==
          "waiting for the client to read for 1.00 s (read 30 ms, queue 2.00 s, handler 40 ms, "
          "write 1.00 s)");

    const auto again = meter.resume(noon + 1040ms);
    REQUIRE(again.enter(Stage::cache, "cache x:1", noon + 1041ms));
    CHECK(describe(meter, noon + 1046ms) ==
          "in cache x:1 for 5.0 ms (read 30 ms, queue 2.00 s, handler 41 ms, cache 5.0 ms, "
          "write 1.00 s)");
}

TEST_CASE("a new request starts from nothing") {
    Meter meter;
    const auto first = meter.begin(noon, 1s, 1s);
    REQUIRE(first.enter(Stage::db, database, noon + 1s));
    first.leave(noon + 2s);
    REQUIRE(first.enter(Stage::db, database, noon + 3s));

    const auto second = meter.begin(noon + 4s, 0ns, 0ns);
    CHECK(describe(meter, noon + 5s) == "in the handler for 1.00 s");

    first.leave(noon + 6s);
    CHECK_FALSE(first.enter(Stage::http, "http a:80", noon + 6s));
    CHECK(describe(meter, noon + 7s) == "in the handler for 3.00 s");

    REQUIRE(second.enter(Stage::db, "db b:1", noon + 7s));
    CHECK(describe(meter, noon + 8s) == "in db b:1 for 1.00 s (handler 3.00 s, db 1.00 s)");
}

TEST_CASE("a call within a call is part of it") {
    Meter meter;
    const auto request = meter.begin(noon, 0ns, 0ns);
    REQUIRE(request.enter(Stage::db, database, noon));

    CHECK_FALSE(request.enter(Stage::http, "http a:80", noon + 1s));

    CHECK(meter.read(noon + 2s).upstream == database);
}

TEST_CASE("a name that is too long is cut") {
    Meter meter;
    const auto request = meter.begin(noon, 0ns, 0ns);
    const std::string name = "http " + std::string(100, 'h');

    REQUIRE(request.enter(Stage::http, name, noon));

    CHECK(meter.read(noon).upstream == name.substr(0, Meter::longest_name));
}

TEST_CASE("what was lent is taken back in the midst of a call, and its borrower writes no more") {
    Meter meter;
    const auto now = Deadline::Clock::now();
    const auto own = meter.begin(now - 1s, 0ns, 0ns);
    const MeteringScope scope(own);
    Metering late;
    {
        const LentMetering lent;
        late = lent.borrowed();
        CHECK_FALSE(own.enter(Stage::http, "http a:80", now));
        REQUIRE(late.enter(Stage::db, database, now));
        const MeteringScope borrowed(late);
        CHECK_FALSE(LentMetering().borrowed());
    }

    late.leave(now + 5s);
    CHECK_FALSE(late.enter(Stage::cache, "cache x:1", now + 5s));
    CHECK(meter.read(now + 5s).stage == Stage::handler);
    CHECK(meter.read(now + 5s)[Stage::db].calls == 1);
    CHECK(own.enter(Stage::http, "http a:80", now + 5s));
}

TEST_CASE("a function on another thread is timed until its caller goes on without it") {
    Meter meter;
    auto release = std::make_shared<std::atomic<bool>>(false);
    auto ended = std::make_shared<std::atomic<bool>>(false);
    const MeteringScope scope(meter.begin(Deadline::Clock::now(), 0ns, 0ns));

    with_timeout(20s, "thread", [&meter] {
        const auto now = Deadline::Clock::now();
        REQUIRE(call_context().metering.enter(Stage::http, "http a:80", now));
        CHECK(meter.read(now).upstream == "http a:80");
        call_context().metering.leave(now);
    });
    const auto stuck = [release, ended] {
        const bool entered =
            call_context().metering.enter(Stage::db, database, Deadline::Clock::now());
        while (!*release) std::this_thread::yield();
        if (entered) call_context().metering.leave(Deadline::Clock::now() + 1h);
        *ended = true;
    };
    CHECK_THROWS_AS(with_timeout(20ms, "thread", stuck), TimeoutError);
    *release = true;
    while (!*ended) std::this_thread::yield();

    const auto reading = meter.read(Deadline::Clock::now());
    CHECK(reading.stage == Stage::handler);
    CHECK(reading[Stage::http].calls == 1);
    CHECK(reading[Stage::db].time < 1h);
    CHECK(call_context().metering.enter(Stage::db, database, Deadline::Clock::now()));
}

TEST_CASE("whoever reads while others write never reads nonsense") {
    Meter meter;
    std::atomic<bool> stop{false};
    const auto start = Deadline::Clock::now();
    std::thread writer([&] {
        const std::string names[] = {"db short", "db " + std::string(50, 'x')};
        for (int i = 0; !stop; ++i) {
            const auto request = meter.begin(Deadline::Clock::now(), 0ns, 0ns);
            for (int call = 0; call < 3; ++call) {
                if (request.enter(Stage::db, names[i & 1], Deadline::Clock::now())) {
                    request.leave(Deadline::Clock::now());
                }
            }
        }
    });
    int calls_seen = 0;
    while (Deadline::Clock::now() - start < 200ms) {
        const auto reading = meter.read(Deadline::Clock::now());
        if (reading.stage == Stage::db && !reading.upstream.empty()) {
            ++calls_seen;
            const bool known =
                reading.upstream == "db short" || reading.upstream == "db " + std::string(50, 'x');
            REQUIRE(known);
        }
        REQUIRE(reading[Stage::db].calls <= 3);
        REQUIRE(reading[Stage::http].calls == 0);
    }
    stop = true;
    writer.join();
    MESSAGE("read in the midst of calls: " << calls_seen);
}

TEST_CASE("durations are written as people say them") {
    CHECK(to_text(0ns) == "0.0 ms");
    CHECK(to_text(340us) == "0.3 ms");
    CHECK(to_text(9940us) == "9.9 ms");
    CHECK(to_text(12ms) == "12 ms");
    CHECK(to_text(999ms) == "999 ms");
    CHECK(to_text(2950ms) == "2.95 s");
    CHECK(to_text(90s) == "90.0 s");
}
