#include "worker/shared/counters.h"

#include "worker/shared/scoreboard.h"

#include <doctest/doctest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <memory>
#include <set>
#include <string>
#include <thread>
#include <vector>

using namespace curfew::worker;

TEST_CASE("what was counted is read by route, and what never happened is not") {
    const auto counters = std::make_unique<Counters>();

    counters->count(RequestEvent::killed_for_timeout, "/stuck/:how");
    counters->count(RequestEvent::answered_504, "/stuck/:how");
    counters->count(RequestEvent::killed_for_timeout, "/stuck/:how");
    counters->count(RequestEvent::crashed, "/a");
    counters->count(RequestEvent::client_gone, "");

    const auto all = counters->read();
    REQUIRE(all.size() == 3);
    CHECK(all[0].route.empty());
    CHECK(to_text(all[0]) == "1 client gone");
    CHECK(all[1].route == "/a");
    CHECK(all[1][RequestEvent::crashed] == 1);
    CHECK(all[1][RequestEvent::exited] == 0);
    CHECK(all[2].route == "/stuck/:how");
    CHECK(to_text(all[2]) == "2 killed for timeout, 1 answered 504");
}

TEST_CASE("every event has a name of its own") {
    std::set<std::string_view> names;
    for (std::size_t i = 0; i < request_event_count; ++i)
        names.insert(to_string(static_cast<RequestEvent>(i)));

    CHECK(names.size() == request_event_count);
    CHECK_FALSE(names.contains(""));
}

TEST_CASE("routes beyond the table's room are counted together") {
    const auto counters = std::make_unique<Counters>();
    for (std::size_t i = 0; i < Counters::capacity + 3; ++i) {
        counters->count(RequestEvent::reset, "/" + std::to_string(i));
    }
    counters->count(RequestEvent::reset, "/0");

    const auto all = counters->read();

    REQUIRE(all.size() == Counters::capacity + 1);
    CHECK(all.back().route == "other");
    CHECK(all.back()[RequestEvent::reset] == 3);
    CHECK(all[0].route == "/0");
    CHECK(all[0][RequestEvent::reset] == 2);
}

TEST_CASE("a long pattern is cut, and found again") {
    const auto counters = std::make_unique<Counters>();
    const std::string pattern = "/" + std::string(200, 'p');

    counters->count(RequestEvent::crashed, pattern);
    counters->count(RequestEvent::crashed,
                    std::string_view(pattern).substr(0, Counters::longest_route));

    REQUIRE(counters->read().size() == 1);
    CHECK(counters->read()[0].route == pattern.substr(0, Counters::longest_route));
    CHECK(counters->read()[0][RequestEvent::crashed] == 2);
}

TEST_CASE("many may count at once, and none of it is lost") {
    const auto counters = std::make_unique<Counters>();
    std::vector<std::thread> threads;
    for (int i = 0; i < 4; ++i) {
        threads.emplace_back([&] {
            for (int n = 0; n < 10'000; ++n) {
                counters->count(RequestEvent::retried, "/" + std::to_string(n % 20));
            }
        });
    }
    for (auto& thread : threads) thread.join();

    const auto all = counters->read();
    REQUIRE(all.size() == 20);
    for (const auto& each : all) CHECK(each[RequestEvent::retried] == 2'000);
}

TEST_CASE("what one process counts, all read, and a worker's successor begins with it") {
    Scoreboard scoreboard(2, 1);
    const pid_t pid = ::fork();
    if (pid == 0) {
        scoreboard.worker(1).counters().count(RequestEvent::handed_over, "/a");
        ::_exit(0);
    }
    ::waitpid(pid, nullptr, 0);
    scoreboard.worker(1).reset();

    const auto all = scoreboard.counters().read();
    REQUIRE(all.size() == 1);
    CHECK(all[0][RequestEvent::handed_over] == 1);
}
