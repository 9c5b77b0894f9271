#include "handlers/base/deadline.h"

#include <doctest/doctest.h>

using namespace curfew;
using namespace std::chrono_literals;

namespace {

const Deadline::Clock::time_point start{1000s};

}  // namespace

TEST_CASE("a deadline has passed at its very instant, not before") {
    const auto deadline = Deadline::after(start, 5s);

    CHECK_FALSE(deadline.passed(start + 5s - 1ns));
    CHECK(deadline.passed(start + 5s));
    CHECK(deadline.passed(start + 6s));
}

TEST_CASE("what remains is never negative") {
    const auto deadline = Deadline::after(start, 5s);

    CHECK(deadline.remaining(start) == 5s);
    CHECK(deadline.remaining(start + 7s) == 0s);
}

TEST_CASE("never is later than everything and does not pass") {
    const auto never = Deadline::never();

    CHECK(never.is_never());
    CHECK(never > Deadline::after(start, 24h * 365 * 200));
    CHECK_FALSE(never.passed(start + 24h));
    CHECK(never.remaining(start) == Duration::max());
}

TEST_CASE("a limit too long to be represented is never") {
    CHECK(Deadline::after(start, Duration::max()).is_never());
    CHECK(Deadline::in(Duration::max()).is_never());
    CHECK_FALSE(Deadline::in(24h).is_never());
}

TEST_CASE("a negative limit has passed when it begins") {
    CHECK(Deadline::after(start, -1s) == Deadline::at(start));
    CHECK(Deadline::after(start, Duration::min()) == Deadline::at(start));
}

TEST_CASE("the sooner deadline is the lesser one") {
    CHECK(Deadline::after(start, 1s) < Deadline::after(start, 2s));
    CHECK(Deadline::after(start, 1s) == Deadline::at(start + 1s));
}
