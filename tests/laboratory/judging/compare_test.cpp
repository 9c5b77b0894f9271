#include "tests/laboratory/example_run.h"
#include "tools/laboratory/judging/compare.h"

#include <doctest/doctest.h>

using namespace curfew::laboratory;

TEST_CASE("a run is like itself") {
    const auto same = compare(example_run(), example_run());

    CHECK(same.common == 21);
    CHECK(same.agreement() == 1);
    CHECK(text(same) == "The verdict is the same in 21 of 21 cells: 100.0 %.\n");
}

TEST_CASE("a verdict that changed is named, with what it was and why it is another") {
    auto after = example_run();
    after.cells[0].verdict = Verdict::leaks;
    after.cells[0].because = {"threads stayed in 9 of 10"};

    const auto changes = compare(example_run(), after);

    REQUIRE(changes.verdicts.size() == 1);
    CHECK(changes.verdicts[0].cell == CellName{"deadline", "http-stall", "clean"});
    CHECK(changes.verdicts[0].before == Verdict::clean);
    CHECK(changes.verdicts[0].after == Verdict::leaks);
    CHECK(changes.same == 20);
    CHECK(changes.agreement() == doctest::Approx(20.0 / 21));
    CHECK(
        text(changes).find("  deadline / http-stall / clean: leaks, was clean: threads stayed in 9 "
                           "of 10\n") != std::string::npos);
}

namespace {

/// The example, with a first cell that is so many times so late.
Run with_lateness(std::size_t times, double late_ms) {
    auto run = example_run();
    auto& cell = run.cells.front();
    cell.samples.resize(times);
    for (auto& sample : cell.samples) sample.late_ms = late_ms += 0.001;
    cell.summary.late_ms.p50 = {late_ms, late_ms - 0.1, late_ms + 0.1};
    return run;
}

}  // namespace

TEST_CASE("lateness has changed if that is no chance, and by a millisecond") {
    const auto changes = compare(with_lateness(10, 0.5), with_lateness(10, 3));

    REQUIRE(changes.lateness.size() == 1);
    CHECK(changes.same == changes.common);
    CHECK(text(changes).find("deadline / http-stall / clean: late by 3.0 (2.9 to 3.1) ms, "
                             "was 0.5 (0.4 to 0.6)") != std::string::npos);

    CHECK(compare(with_lateness(10, 0.5), with_lateness(10, 0.8)).lateness.empty());  // tiny
    CHECK(compare(with_lateness(4, 0.5), with_lateness(4, 3)).lateness.empty());      // too few
}

TEST_CASE("the more cells are compared, the more it takes to be no chance") {
    const auto few = [](Run run) {
        run.cells.resize(1);
        return run;
    };

    CHECK(compare(few(with_lateness(5, 1)), few(with_lateness(5, 9))).lateness.size() == 1);
    CHECK(compare(with_lateness(5, 1), with_lateness(5, 9)).lateness.empty());
}

TEST_CASE("cells that only one of them has are listed, and do not count") {
    auto after = example_run();
    after.cells.erase(after.cells.begin());
    after.cells.push_back(example_cell("gunicorn-sync", "spin", Verdict::powerless));

    const auto changes = compare(example_run(), after);

    CHECK(changes.common == 20);
    CHECK(changes.only_before.cells == std::vector<CellName>{{"deadline", "http-stall", "clean"}});
    CHECK(changes.only_before.strategies.empty());
    CHECK(changes.only_after.strategies == std::vector<std::string>{"gunicorn-sync"});
    CHECK(changes.only_after.cells.empty());
    CHECK(text(changes) ==
          "The verdict is the same in 20 of 20 cells: 100.0 %.\n"
          "\nOnly in the first\n  deadline / http-stall / clean\n"
          "\nOnly in the second\n  strategies: gunicorn-sync\n");
}

TEST_CASE("other settings and another machine are said first") {
    auto after = example_run();
    after.machine.cores = 64;
    after.settings.repetitions = 5;

    const auto changes = compare(example_run(), after);

    REQUIRE(changes.circumstances.size() == 2);
    CHECK(text(changes).find("These runs differ in more than their results:\n  cores: 64, was 2\n  "
                             "repetitions: 5, was 10\n") == 0);
}

TEST_CASE("another build of the same version is said before all else") {
    auto after = example_run();
    after.machine.build = "b2";
    after.machine.kernel = "6.2.0";

    CHECK(text(compare(example_run(), after))
              .starts_with("These runs differ in more than their results:\n  build: b2, was a1\n  "
                           "kernel: 6.2.0, was 6.1.0\n"));
}

TEST_CASE("runs without a common cell say so") {
    const auto changes = compare(example_run(), Run{});

    CHECK(changes.common == 0);
    CHECK(text(changes).find("They have no cell in common.") != std::string::npos);
}
