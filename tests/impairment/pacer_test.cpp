#include "tools/impairment/pacer.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <limits>

using namespace curfew::impairment;
using namespace std::chrono_literals;

namespace {

/// What gets through in so long, for a sender that always has more and a timer that is `late`.
std::size_t sent_within(const Conditions& conditions, curfew::Duration time,
                        curfew::Duration late = {}) {
    const Time start{1h};
    Pacer pacer(conditions);
    std::size_t sum = 0;
    for (auto now = start; now < start + time;) {
        const auto count = pacer.allowance();
        pacer.sent(count, now);
        sum += count;
        if (pacer.ready_at() > now) now = std::max(now, pacer.ready_at()) + late;
    }
    return sum;
}

}  // namespace

TEST_CASE("without conditions anything goes at any time") {
    const Conditions none;
    const Pacer pacer(none);

    CHECK(pacer.ready_at() == Time::min());
    CHECK(pacer.allowance() == std::numeric_limits<std::size_t>::max());
    CHECK(!pacer.reset_is_due());
}

TEST_CASE("bandwidth is kept to, however late the timers are") {
    for (const auto late : {0ms, 4ms, 30ms}) {
        CAPTURE(late.count());
        const auto sent = sent_within({.bandwidth = 10'000}, 10s, late);

        CHECK(sent >= 99'000);
        CHECK(sent <= 101'500);  // and a tenth of a second's worth that was saved up
    }
}

TEST_CASE("a bandwidth of a byte per second is one") {
    CHECK(sent_within({.bandwidth = 1}, 100s) == doctest::Approx(100).epsilon(0.02));
}

TEST_CASE("a drip keeps its rhythm, however late the timers are") {
    for (const auto late : {0ms, 4ms, 15ms}) {
        CAPTURE(late.count());
        CHECK(sent_within({.drip = Drip{.bytes = 3, .every = 20ms}}, 10s, late) ==
              doctest::Approx(1500).epsilon(0.01));
    }
}

TEST_CASE("a drip does not catch up after a pause") {
    const Conditions conditions{.drip = Drip{.bytes = 1, .every = 20ms}};
    Pacer pacer(conditions);
    pacer.sent(1, Time{1h});

    pacer.sent(1, Time{2h});

    CHECK(pacer.ready_at() == Time{2h} + 20ms);
}

TEST_CASE("the stricter of two paces holds") {
    CHECK(sent_within({.bandwidth = 10'000, .drip = Drip{.bytes = 1, .every = 10ms}}, 10s) ==
          doctest::Approx(1000).epsilon(0.01));
}

TEST_CASE("a stall lets its bytes through, then nothing") {
    const Conditions conditions{.stall = 5};
    Pacer pacer(conditions);

    CHECK(pacer.allowance() == 5);
    pacer.sent(4, Time{1h});
    CHECK(pacer.allowance() == 1);
    pacer.sent(1, Time{1h});
    CHECK(pacer.ready_at() == Time::max());
}

TEST_CASE("a count starts again when it is told to, and only then") {
    Conditions conditions{.stall = 5};
    Pacer pacer(conditions);
    pacer.sent(5, Time{1h});

    conditions.latency = 1s;
    pacer.heed();
    const auto unchanged = pacer.ready_at();
    ++conditions.counts;
    pacer.heed();

    CHECK(unchanged == Time::max());
    CHECK(pacer.allowance() == 5);
}

TEST_CASE("a reset is due after its bytes") {
    const Conditions conditions{.reset = 5};
    Pacer pacer(conditions);

    CHECK(!pacer.reset_is_due());
    CHECK(pacer.allowance() == 5);
    pacer.sent(5, Time{1h});
    CHECK(pacer.reset_is_due());
}
