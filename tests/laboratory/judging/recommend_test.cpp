#include "tests/laboratory/example_run.h"
#include "tools/laboratory/judging/recommend.h"

#include <doctest/doctest.h>

#include <algorithm>

using namespace curfew::laboratory;

namespace {

using Names = std::vector<std::string>;

const Recommendation* about(const std::vector<Recommendation>& all, const std::string& kind) {
    for (const auto& each : all) {
        for (const auto& name : each.for_kinds) {
            if (name == kind) return &each;
        }
    }
    return nullptr;
}

Cell& cell(Run& run, const std::string& strategy, const std::string& kind) {
    for (auto& each : run.cells) {
        if (each.strategy == strategy && each.kind == kind && each.network == "clean") return each;
    }
    FAIL("no such cell");
    return run.cells.front();
}

}  // namespace

TEST_CASE("of what is clean and spares the worker the cheapest is recommended") {
    const auto all = recommend(example_run());

    const auto* const http = about(all, "http-stall");
    REQUIRE(http);
    CHECK(http->for_kinds == Names{"http-stall", "http-drip"});
    CHECK(http->use == Names{"deadline", "process"});
    CHECK(
        http->text ==
        "For every http kind use deadline: 30 of 30 calls on time over 2 networks, at most "
        "1.0 ms late, 0.1 µs a call. As safe: process. Others are clean at the price of a worker: "
        "harakiri; tainted: thread.");
}

TEST_CASE("where just one thing helps, that is recommended, whatever it costs") {
    const auto all = recommend(example_run());

    const auto* const spin = about(all, "spin");
    REQUIRE(spin);
    CHECK(spin->for_kinds == Names{"spin", "crash"});
    CHECK(spin->use == Names{"process"});
}

TEST_CASE("a worker is the price where nothing else is clean") {
    auto run = example_run();
    cell(run, "process", "spin").verdict = Verdict::powerless;

    const auto all = recommend(run);

    const auto* const spin = about(all, "spin");
    CHECK(spin->use == Names{"harakiri"});
    CHECK(spin->text.find("; each time it costs a worker.") != std::string::npos);
    CHECK(spin->text.find("leaks: thread; powerless: deadline and process") != std::string::npos);
}

TEST_CASE("one bad network is enough not to be recommended") {
    auto run = example_run();
    run.cells.push_back(example_cell("deadline", "http-drip", Verdict::leaks, false, "latency"));

    const auto all = recommend(run);

    CHECK(about(all, "http-drip")->use == Names{"process"});
    CHECK(about(all, "http-stall")->use.front() == "deadline");
}

TEST_CASE("costs that differ by chance only are equal: who helps with more comes first") {
    auto run = example_run();
    run.strategies[0].cost->call_us = {29, 25, 34};

    CHECK(about(recommend(run), "http-stall")->use.front() == "process");

    run.strategies[0].cost->call_us = {0.5, 0.4, 0.6};
    run.strategies[2].cost->call_us = {1.2, 1.1, 1.3};
    CHECK(about(recommend(run), "http-stall")->use.front() == "process");
}

TEST_CASE("a strategy whose cost is not known comes last") {
    auto run = example_run();
    run.strategies[0].cost.reset();

    CHECK(about(recommend(run), "http-stall")->use.front() == "process");

    for (auto& each : run.strategies) each.cost.reset();
    CHECK(about(recommend(run), "http-stall")->text.find("at a cost that was not measured") !=
          std::string::npos);
}

TEST_CASE("the best of what leaks is recommended if nothing is clean, and says what it leaves") {
    auto run = example_run();
    for (const auto* const name : {"process", "harakiri"}) {
        cell(run, name, "spin").verdict = Verdict::powerless;
    }
    cell(run, "thread", "spin").because = {"the function went on in 10 of 10"};

    const auto all = recommend(run);

    CHECK(about(all, "spin")->use == Names{"thread"});
    CHECK(about(all, "spin")
              ->text.find("For spin nothing is clean; thread is on time, but the "
                          "function went on in 10 of 10: ") == 0);
}

TEST_CASE("a limit in the server is kept behind those in the function that cannot end everything") {
    auto run = example_run();

    const auto all = recommend(run);

    REQUIRE(all.size() == 4);
    CHECK(all[2].use == Names{"harakiri"});
    CHECK(all[2].text ==
          "Behind deadline keep harakiri, in the server: it is clean with 3 of 4 kinds, also where "
          "deadline is not: with spin; each time it costs a worker.");

    cell(run, "deadline", "spin").verdict = Verdict::clean;
    for (const auto& each : recommend(run)) CHECK(each.text.find("Behind") == std::string::npos);
}

TEST_CASE("where nothing helps nothing is recommended") {
    auto run = example_run();
    for (const auto* const name : {"process", "harakiri", "thread"}) {
        cell(run, name, "spin").verdict = Verdict::powerless;
    }

    const auto all = recommend(run);

    CHECK(about(all, "spin")->use.empty());
    CHECK(about(all, "spin")->text ==
          "For spin nothing here is both on time and safe. All are powerless: deadline, thread, "
          "process and harakiri.");
}

TEST_CASE("where all are alike that is said") {
    auto run = example_run();
    cell(run, "process", "crash").costs_worker = true;

    const auto all = recommend(run);

    CHECK(about(all, "crash")->text ==
          "For crash it makes no difference: all are clean at the price of a worker.");
}

TEST_CASE("neither unsafe strategies nor peers are recommended; the unsafe ones are warned of") {
    auto run = example_run();
    for (auto& each : run.cells) {
        if (each.strategy == "throw" && each.kind == "http-stall") {
            each.because = {"the next call was answered wrongly in 9 of 10"};
        }
    }
    run.strategies.push_back({.name = "gunicorn-gevent",
                              .where = "function",
                              .group = "gunicorn",
                              .about = "",
                              .cost = Cost{{0.01, 0, 0.02}, {1, 1, 1}}});
    run.cells.push_back(example_cell("gunicorn-gevent", "http-stall", Verdict::clean));

    const auto all = recommend(run);

    for (const auto& each : all) {
        for (const auto& name : each.use) {
            CHECK(name != "throw");
            CHECK(name != "gunicorn-gevent");
        }
    }
    CHECK(all.back().text ==
          "Stay away from throw: 2 of 4 cells are tainted; with http-stall the next call was "
          "answered wrongly in 9 of 10.");
    CHECK(all.back().use.empty());
}

TEST_CASE("of few samples no advice follows, and it says how to have more") {
    auto run = example_run();
    for (auto& each : run.cells) each.samples.resize(1);

    const auto all = recommend(run);

    REQUIRE(all.size() == 1);
    CHECK(all[0].use.empty());
    CHECK(all[0].text ==
          "Too few samples for advice about every http kind, spin and crash: 21 of 21 cells have "
          "fewer than 4. tools/lab takes enough if it is neither told --quick nor a smaller number "
          "of --repetitions than its own.");
}

TEST_CASE("a kind with few samples of one strategy has no advice, and the others have theirs") {
    auto run = example_run();
    cell(run, "thread", "spin").samples.resize(3);

    const auto all = recommend(run);

    CHECK(about(all, "http-stall")->use.front() == "deadline");
    CHECK(about(all, "spin")->use.empty());
    CHECK(about(all, "spin")->text.find("Too few samples for advice about spin: 1 of 21") == 0);
}

TEST_CASE("a run with other servers says what they did, beside our own") {
    auto run = example_run();
    for (const auto* const name : {"slow-server", "other-server"}) {
        run.strategies.push_back(
            {.name = name, .where = "server", .group = "other", .about = "", .cost = {}});
    }
    run.cells.push_back(example_cell("slow-server", "spin", Verdict::powerless));
    run.cells.push_back(example_cell("other-server", "spin", Verdict::clean, true));
    run.cells.push_back(example_cell("other-server", "crash", Verdict::tainted, true));
    run.cells[run.cells.size() - 2].summary.late_ms.max = 1250;

    const auto all = recommend(run);

    const auto said = std::ranges::find_if(
        all, [](const auto& each) { return each.text.starts_with("How many kinds"); });
    REQUIRE(said != all.end());
    CHECK(said->text ==
          "How many kinds end clean with other servers (network: clean): other-server 1 of 2, at "
          "most 1.25 s late; slow-server 0 of 1; beside curfew's own harakiri 3 of 3, at most "
          "1.0 ms late.");
    CHECK(said->use.empty());
}

TEST_CASE("of a run without cells nothing follows") { CHECK(recommend(Run{}).empty()); }
