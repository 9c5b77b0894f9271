#include "worker/os/deadline_timer.h"

#include <doctest/doctest.h>

using namespace curfew;
using namespace curfew::worker;
using namespace std::chrono_literals;

namespace {

/// A loop with a timer, which counts how often it has fired.
struct Clockwork {
    Loop loop;
    int fired = 0;
    DeadlineTimer timer{loop, [this] {
                            ++fired;
                            loop.stop();
                        }};

    /// Until it has fired, or the time is up.
    void run(Duration longest) {
        Timer end(loop, [this] { loop.stop(); });
        end.fire_in(longest);
        loop.run();
    }
};

}  // namespace

TEST_CASE("a deadline that was moved on fires once, when it has passed") {
    Clockwork clockwork;
    clockwork.timer.set(1ms);
    clockwork.timer.set(40ms);
    const auto deadline = clockwork.timer.deadline();

    clockwork.run(10s);
    CHECK(deadline.passed());
    CHECK(clockwork.fired == 1);

    clockwork.run(20ms);
    CHECK(clockwork.fired == 1);
}

TEST_CASE("a deadline that was moved back fires before the former one") {
    Clockwork clockwork;
    clockwork.timer.set(1h);
    clockwork.timer.set(1ms);

    clockwork.run(10s);

    CHECK(clockwork.fired == 1);
}

TEST_CASE("a deadline that was cleared does not fire, and one that is set then does") {
    Clockwork clockwork;
    clockwork.timer.set(1ms);
    clockwork.timer.clear();

    clockwork.run(20ms);
    CHECK(clockwork.fired == 0);

    clockwork.timer.set(1ms);
    clockwork.run(10s);
    CHECK(clockwork.fired == 1);
}
