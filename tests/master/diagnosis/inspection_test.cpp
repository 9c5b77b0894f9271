#include "master/diagnosis/inspection.h"

#include "tests/master/victim.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <stdexcept>

using namespace curfew;
using namespace curfew::master;
using namespace curfew::tests;
using namespace std::chrono_literals;

namespace {

/// An inspection, and what it says.
struct Inspected {
    BackendOptions backends;
    std::vector<std::string> lines;
    worker::Cell cell;
    Inspection inspection{"stuck", [this](const std::string& line) { lines.push_back(line); },
                          [](const StuckRequest&, Deadline) -> std::vector<Frame> {
                              throw std::runtime_error("nobody was to be asked");
                          }};

    void report(const std::string& id, pid_t pid) {
        inspection.report({.pid = pid,
                           .tid = pid,
                           .age = 1200ms,
                           .limit = 1s,
                           .id = id,
                           .route = "/r",
                           .method = "GET",
                           .target = "/r?a=1",
                           .cell = &cell,
                           .backends = &backends},
                          Deadline::in(patience));
    }
    [[nodiscard]] bool says(std::string_view text) const {
        return std::ranges::any_of(
            lines, [&](const auto& line) { return line.find(text) != std::string::npos; });
    }
};

}  // namespace

TEST_CASE("a report has one line for the request, and then its stack, all with its id and pid") {
    const Victim victim([](Told&) { sleep_in_a_named_function(); });
    REQUIRE(victim.comes_to("clock_nanosleep"));
    Inspected inspected;

    inspected.report("my-id", victim.pid());

    const auto pid = std::to_string(victim.pid());
    REQUIRE(inspected.lines.size() > 2);
    CHECK(inspected.lines[0] == "stuck: request my-id (pid " + pid +
                                    "): GET /r?a=1, route /r, age 1200 ms, limit 1000 ms: thread " +
                                    pid + " waits in clock_nanosleep for time to pass");
    for (const auto& line : inspected.lines) {
        CHECK(line.starts_with("stuck: request my-id (pid " + pid + "): "));
    }
    CHECK(inspected.says("  #0 "));
    CHECK(inspected.says("sleep (master_tests"));
}

TEST_CASE("the same stack is told once, whoever has it") {
    const auto sleep = [](Told&) { sleep_in_a_named_function(); };
    const Victim first(sleep);
    const Victim second(sleep);
    const Victim other([](Told& told) { spin_in_a_named_function(told); });
    REQUIRE(first.comes_to("clock_nanosleep"));
    REQUIRE(second.comes_to("clock_nanosleep"));
    REQUIRE(other.goes_on());
    Inspected inspected;

    inspected.report("a", first.pid());
    inspected.lines.clear();
    inspected.report("b", second.pid());
    CHECK(inspected.lines.size() == 2);
    CHECK(inspected.says("request b (pid " + std::to_string(second.pid()) +
                         "):   the same stack as request a"));

    inspected.report("c", other.pid());
    CHECK(inspected.says("spin_in_a_named_function"));
}

TEST_CASE("of a request whose handler has returned meanwhile the report has no stack") {
    const Victim victim([](Told&) { sleep_in_a_named_function(); });
    REQUIRE(victim.comes_to("clock_nanosleep"));
    Inspected inspected;
    inspected.cell.handler_over.store(true);

    inspected.report("a", victim.pid());

    CHECK(inspected.says("no stack: its handler has returned meanwhile"));
    CHECK_FALSE(inspected.says("  #0 "));
}

TEST_CASE("of one that is gone the report says so") {
    Victim victim([](Told&) { sleep_in_a_named_function(); });
    const auto pid = victim.pid();
    victim.end();
    Inspected inspected;

    inspected.report("a", pid);

    CHECK(inspected.says("has ended"));
    CHECK(inspected.says("no stack: "));
}
