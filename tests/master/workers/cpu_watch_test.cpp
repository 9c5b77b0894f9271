#include "master/workers/cpu_watch.h"

#include <doctest/doctest.h>
#include <unistd.h>

using namespace curfew;
using namespace curfew::master;
using namespace std::chrono_literals;
using worker::Label;
using worker::Scoreboard;

namespace {

constexpr Deadline::Clock::time_point noon{1000h};

/// A request that began at noon, when its thread had computed for 10 s, and may for one second.
struct Request {
    Scoreboard scoreboard{1, 1};
    worker::WorkerBoard board = scoreboard.worker(0);
    std::optional<Duration> clock = 10s;
    int looks = 0;
    CpuWatch watch{[this](pid_t, pid_t) {
        ++looks;
        return clock;
    }};

    Request() { begin(); }
    void begin() {
        board.cells()[0].cpu_limit = Duration(1s).count();
        board.cells()[0].cpu_spent_at = Duration(11s).count();
        board.publish(0, Label{}, noon, Deadline::never(), 0);
    }
    [[nodiscard]] Burning seen(Deadline::Clock::time_point now) const {
        return scan(board, now).burning.at(0);
    }
    bool exceeded(Deadline::Clock::time_point now) { return watch.exceeded(board, seen(now), now); }
};

}  // namespace

TEST_CASE("nobody looks at a thread's clock before its limit can be used up") {
    Request request;

    CHECK(request.watch.next_look(request.board, request.seen(noon)) == Deadline::at(noon + 1s));
    CHECK_FALSE(request.exceeded(noon + 999ms));
    CHECK(request.looks == 0);
}

TEST_CASE("who has some of it left is looked at when that can be used up") {
    Request request;
    request.clock = 10700ms;

    CHECK_FALSE(request.exceeded(noon + 1s));
    CHECK(request.watch.next_look(request.board, request.seen(noon + 1s)) ==
          Deadline::at(noon + 1300ms));
    CHECK_FALSE(request.exceeded(noon + 1200ms));
    CHECK(request.looks == 1);
    request.clock = 11s;
    CHECK(request.exceeded(noon + 1300ms));
}

TEST_CASE("the next request of the same thread begins anew") {
    Request request;
    request.clock = 10999ms;
    CHECK_FALSE(request.exceeded(noon + 1s));
    REQUIRE(request.board.begin_response(0));
    request.board.finish(0);
    request.begin();

    request.watch.forget_ended();

    CHECK(request.watch.next_look(request.board, request.seen(noon)) == Deadline::at(noon + 1s));
}

TEST_CASE("what other fibers compute while one waits does not count") {
    Request request;
    const auto before = request.seen(noon + 1s);
    request.clock = 50s;
    request.board.cells()[0].cpu_spent_at = Duration(51s).count();

    CHECK_FALSE(request.watch.exceeded(request.board, before, noon + 1s));
    request.board.cells()[0].cpu_spent_at = INT64_MAX;
    CHECK(scan(request.board, noon + 1s).burning.empty());
}

TEST_CASE("a fiber that waits is looked at when it could have used up what it has left") {
    Request request;
    auto& spent_at = request.board.cells()[0].cpu_spent_at;
    request.clock = 50s;  // of others
    spent_at = -Duration(300ms).count();

    CHECK_FALSE(request.exceeded(noon + 1s));
    CHECK(request.watch.next_look(request.board, request.seen(noon + 1s)) ==
          Deadline::at(noon + 1300ms));
    spent_at = 0;
    CHECK(request.exceeded(noon + 1300ms));
}

TEST_CASE("a clock that cannot be read kills nobody") {
    Request request;
    request.clock.reset();

    CHECK_FALSE(request.exceeded(noon + 1h));
}

TEST_CASE("the kernel says what a thread has computed") {
    const auto before = thread_cpu_time(::getpid(), ::gettid());
    REQUIRE(before.has_value());
    const auto limit = Deadline::in(10s);

    while (*thread_cpu_time(::getpid(), ::gettid()) < *before + 20ms && !limit.passed()) continue;

    CHECK_FALSE(limit.passed());
    CHECK_FALSE(thread_cpu_time(::getpid(), 0).has_value());
}
