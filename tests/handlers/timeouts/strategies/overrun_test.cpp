// Functions that end long after their limit.
#include "handlers/timeouts/strategies/overrun.h"
#include "handlers/base/error.h"
#include "handlers/timeouts/with_timeout.h"

#include <doctest/doctest.h>

#include <atomic>
#include <string>
#include <thread>
#include <vector>

using namespace curfew;
using namespace std::chrono_literals;

namespace {

std::vector<std::string> heard;

/// What is told of a function under a limit of 20 ms.
template <typename Function>
std::vector<std::string> told_of(const char* by, Function function) {
    heard.clear();
    tell_of_overruns_by([](const Overrun& overrun) {
        heard.push_back(std::string(overrun.strategy) + ": " +
                        (overrun.call ? overrun.call : "computed"));
    });
    CHECK_THROWS_AS(with_timeout(20ms, by, function), TimeoutError);
    tell_of_overruns_by(nullptr);
    return heard;
}

void compute_for(Duration time) {
    const auto end = Deadline::in(time);
    while (!end.passed()) continue;
}

}  // namespace

TEST_CASE("a function that computes beyond its limit is told of") {
    for (const auto* const by : {"deadline", "timer", "fiber"}) {
        CHECK(told_of(by, [] { compute_for(400ms); }) ==
              std::vector{std::string(by) + ": computed"});
    }
}

TEST_CASE("the call that a function was stuck in is named") {
    for (const auto* const by : {"deadline", "timer", "fiber"}) {
        // It was started without a limit, so it has none.
        std::atomic<bool> begun{false};
        std::thread other([&] {
            begun.wait(false);
            compute_for(400ms);
        });

        const auto told = told_of(by, [&] {
            begun = true;
            begun.notify_one();
            other.join();
        });

        CHECK(told == std::vector{std::string(by) + ": pthread_join"});
    }
}

TEST_CASE("what came before most of the delay is not blamed") {
    CHECK(told_of("deadline", [] {
              std::this_thread::sleep_for(10s);
              compute_for(400ms);
          }) == std::vector<std::string>{"deadline: computed"});
}

TEST_CASE("a function that its limit ends is not told of, unless the machine is very busy") {
    int told = 0;
    for (int i = 0; i < 10; ++i) {
        told +=
            static_cast<int>(told_of("deadline", [] { std::this_thread::sleep_for(10s); }).size());
    }
    CHECK(told < 10);
}
