#include "tests/laboratory/example_run.h"
#include "tools/laboratory/showing/findings.h"

#include <doctest/doctest.h>

using namespace curfew::laboratory;

namespace {

bool has(const std::string& text, const std::string& part) {
    return text.find(part) != std::string::npos;
}

}  // namespace

TEST_CASE("the findings say when, on what machine, and how they were found") {
    const auto text = findings(example_run());

    CHECK(has(text,
              "from its run of 2026-01-02T03:04:05Z: curfew 0.1.0 on Linux 6.1.0, 2 cores "
              "(Some Processor), 4096 MiB."));
    CHECK(has(text, "Each cell 10 times, in 61 s altogether; 2 servers at a time"));
    CHECK_FALSE(has(text, "interrupted"));
}

TEST_CASE("cells that were measured more often than others are said") {
    auto run = example_run();
    run.cells.front().samples.resize(4);

    CHECK(has(findings(run), "Each cell 4 to 10 times, in 61 s"));
}

TEST_CASE("the findings have the matrix as a table, and what decided") {
    const auto text = findings(example_run());

    CHECK(has(text,
              "\n|  | http-stall | http-drip | spin | crash |\n"
              "| :-- | :-: | :-: | :-: | :-: |\n"
              "| deadline | ✓c | ✓c | ✗p\\* | ✓c\\* |\n"));
    CHECK(has(text, "| harakiri | ✓c\\* | ✓c\\* | ✓c\\* |  |\n"));
    CHECK(has(text,
              "- **thread**. Here: clean with crash; leaks with every "
              "http kind and spin (http-stall: it was so in 10 of 10).\n"));
}

TEST_CASE("the findings have advice, costs, other networks and gaps") {
    const auto text = findings(example_run());

    CHECK(has(text, "## What follows\n\n- For spin use process.\n"));
    CHECK(has(text, "| process | function | 1.0 | 30.0 (27.0 to 33.0) | 85 (84 to 86) |\n"));
    CHECK(has(text, "| harakiri | request | 1.0 | not measured | not measured |\n"));
    CHECK(has(text, "- **latency** (100 ms more): 1 of 2 cells as over clean; thread is tainted"));
    CHECK(has(text, "## Gaps\n\n- loss: there is no netem here\n"));
}

TEST_CASE("nothing that was measured can be taken for Markdown") {
    auto run = example_run();
    run.gaps = {{"a|b", "<b>it</b>\nis *not* here"}};

    CHECK(has(findings(run), "- a\\|b: \\<b\\>it\\</b\\> is \\*not\\* here\n"));
}

TEST_CASE("an interrupted run says so, and an empty section is left out") {
    auto run = example_run();
    run.complete = false;
    run.gaps.clear();

    const auto text = findings(run);

    CHECK(has(text, "**The run was interrupted: cells are missing.**"));
    CHECK_FALSE(has(text, "## Gaps"));
}
