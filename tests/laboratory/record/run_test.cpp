#include "tools/laboratory/record/run.h"

#include "tests/support/temporary_directory.h"

#include <doctest/doctest.h>

#include <nlohmann/json.hpp>

using namespace curfew;
using namespace curfew::laboratory;

namespace {

Run some_run() {
    Run run;
    run.started = "2026-01-02T03:04:05Z";
    run.machine.build = "0123456789abcdef";
    run.settings.repetitions = 7;
    run.strategies = {
        {.name = "deadline",
         .where = "function",
         .group = "curfew",
         .about = "",
         .cost = Cost{{1, 0, 2}, {3, 2, 4}}},
        {.name = "harakiri", .where = "server", .group = "curfew", .about = "", .cost = {}}};
    run.gaps = {{"loss", "no netem"}};
    Cell cell{.strategy = "deadline",
              .kind = "spin",
              .network = "clean",
              .limit_ms = 100,
              .tolerance_ms = 1000,
              .samples = {},
              .summary = {},
              .because = {"late"}};
    cell.samples.push_back({.status = 504,
                            .complete = true,
                            .answer = Answer::limit,
                            .elapsed_ms = 301.5,
                            .late_ms = 201.5,
                            .worker = WorkerFate::killed,
                            .next = Next::wrong,
                            .whole_ms = 1.5,
                            .left = {.function = "thread 7 computes"},
                            .others = {.sent = 3}});
    cell.samples.push_back({.whole_ms = {}, .left = {}, .others = {}});
    cell.verdict = Verdict::tainted;
    run.cells = {cell};
    run.recommendations = {{{"spin"}, {"harakiri"}, "use it"}};
    return run;
}

}  // namespace

TEST_CASE("a run that is read back is the same") {
    const auto run = some_run();
    const auto text = to_json(run).dump();

    const auto again = run_from(text);

    CHECK(to_json(again).dump() == text);
    CHECK(again.cells.at(0).samples.at(0).answer == Answer::limit);
    CHECK_FALSE(again.cells.at(0).samples.at(1).whole_ms);
    CHECK(again.cells.at(0).verdict == Verdict::tainted);
    CHECK_FALSE(again.strategies.at(1).cost);
}

TEST_CASE(
    "a run from before there were builds, and tolerances and failures of cells, can be read") {
    auto json = to_json(some_run());
    json["machine"].erase("build");
    json["cells"][0].erase("tolerance_ms");
    json["cells"][0].erase("failed");

    const auto run = run_from(json.dump());

    CHECK(run.machine.build.empty());
    CHECK(run.cells.at(0).tolerance_ms == 20);
}

TEST_CASE("that nobody waited for an answer any longer is kept") {
    auto run = some_run();
    run.cells.at(0).samples.at(1).gave_up = true;

    const auto again = run_from(to_json(run).dump());

    CHECK_FALSE(again.cells.at(0).samples.at(0).gave_up);
    CHECK(again.cells.at(0).samples.at(1).gave_up);
}

TEST_CASE("a file of a run is replaced as a whole, and read") {
    const TemporaryDirectory directory;
    const auto path = (directory.path() / "run.json").string();
    write_run(Run{}, path);

    write_run(some_run(), path);

    CHECK(to_json(read_run(path)) == to_json(some_run()));
    CHECK_THROWS_WITH(write_run(Run{}, "/nowhere/run.json"),
                      doctest::Contains("/nowhere/run.json: cannot be written"));
}

TEST_CASE("a text that is not UTF-8 does not keep a run from being written") {
    const TemporaryDirectory directory;
    const auto path = (directory.path() / "run.json").string();
    Run run;
    run.gaps = {{"a\xff", "b"}};

    write_run(run, path);

    CHECK(read_run(path).gaps.at(0).what == "a\ufffd");
}

TEST_CASE("a run may go on with another of the same plan, whatever that has found") {
    const auto run = some_run();
    auto other = run;
    other.cells.clear();
    other.strategies.at(0).cost = {};
    CHECK(same_plan(run, other));

    other.settings.seed = 2;
    CHECK_FALSE(same_plan(run, other));
    other = run;
    other.strategies.pop_back();
    CHECK_FALSE(same_plan(run, other));
}

TEST_CASE("what is no run says why") {
    CHECK_THROWS_WITH(read_run("/nowhere.json"), "/nowhere.json: cannot be read");
    CHECK_THROWS_WITH(run_from("[1, 2"), doctest::Contains("it is no run of the lab"));
    CHECK_THROWS_WITH(run_from("{}"), doctest::Contains("'format' not found"));

    auto json = to_json(some_run());
    json["version"] = 99;
    CHECK_THROWS_WITH(run_from(json.dump()), doctest::Contains("version 99"));

    json = to_json(some_run());
    json["cells"][0]["verdict"] = "lovely";
    CHECK_THROWS_WITH(run_from(json.dump()), doctest::Contains("lovely"));
}
