#include "tests/laboratory/example_run.h"
#include "tools/laboratory/compare.h"

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

TEST_CASE("lateness has changed if its intervals are apart, and by a millisecond") {
    auto after = example_run();
    auto& late = after.cells[0].summary.late_ms;

    SUBCASE("apart") {
        late.p50 = {3, 2.8, 3.2};
        const auto changes = compare(example_run(), after);
        REQUIRE(changes.lateness.size() == 1);
        CHECK(changes.lateness[0].percentile == "p50");
        CHECK(changes.same == changes.common);
        CHECK(text(changes).find("deadline / http-stall / clean: p50 late by 3.0 (2.8 to 3.2) ms, "
                                 "was 0.5 (0.4 to 0.6)") != std::string::npos);
    }
    SUBCASE("touching") {
        late.p50 = {3, 0.6, 3.2};
        CHECK(compare(example_run(), after).lateness.empty());
    }
    SUBCASE("tiny") {
        late.p50 = {0.8, 0.7, 0.9};
        CHECK(compare(example_run(), after).lateness.empty());
    }
    SUBCASE("earlier, at the worst") {
        late.p99 = {-5, -6, -4};
        const auto changes = compare(example_run(), after);
        REQUIRE(changes.lateness.size() == 1);
        CHECK(changes.lateness[0].percentile == "p99");
    }
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
