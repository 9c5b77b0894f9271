#include "tests/laboratory/judging/samples.h"
#include "tools/laboratory/judging/verdict.h"

#include <doctest/doctest.h>

#include <algorithm>

using namespace curfew::laboratory;

namespace {

Cell concluded(std::vector<Sample> some, const char* kind = "spin") {
    auto cell = cell_of(std::move(some), kind);
    conclude(cell);
    return cell;
}

Verdict verdict(std::vector<Sample> some, const char* kind = "spin") {
    return concluded(std::move(some), kind).verdict;
}

bool says(const Cell& cell, const std::string& sentence) {
    return std::ranges::find(cell.because, sentence) != cell.because.end();
}

void crashes(Sample& sample) {
    sample.status = 502;
    sample.answer = Answer::death;
    sample.elapsed_ms = 2;
    sample.late_ms = -98;
    sample.worker = WorkerFate::died;
    sample.next = Next::none;
}

}  // namespace

TEST_CASE("a call that is answered at its limit and leaves nothing is clean") {
    const auto cell = concluded(samples(0, 10, [](Sample&) {}));

    CHECK(cell.verdict == Verdict::clean);
    CHECK_FALSE(cell.costs_worker);
    CHECK(cell.summary.on_time == 10);
    CHECK(cell.summary.answered == 10);
    CHECK(cell.summary.late_ms.p50.value == doctest::Approx(0.5));
    CHECK(says(cell,
               "10 of 10 were answered on time, +0.5 ms from the limit (median), +0.5 ms (the "
               "latest)"));
}

TEST_CASE("who needs the server's own limit is powerless") {
    const auto cell = concluded(samples(9, 10, needs_the_server));

    CHECK(cell.verdict == Verdict::powerless);
    CHECK(cell.costs_worker);
    CHECK(cell.because.front() == "no complete answer on time in 9 of 10");
    CHECK(says(cell, "the server's own limit had to end it in 9 of 10"));
    CHECK(says(cell, "the worker was killed in 9 of 10"));
}

TEST_CASE("who answers late, or not at all, is powerless") {
    CHECK(verdict(samples(10, 10, [](Sample& each) { each.late_ms = 150; })) == Verdict::powerless);
    CHECK(verdict(samples(6, 10, is_cut_off)) == Verdict::powerless);
    CHECK(verdict({}) == Verdict::powerless);
}

TEST_CASE("half of the calls have to be late, however many they are") {
    const auto late = [](Sample& each) { each.late_ms = 40; };

    const auto cell = concluded(samples(4, 10, late));

    CHECK(cell.verdict == Verdict::clean);
    CHECK(cell.because.front().starts_with("6 of 10 were answered on time"));
    CHECK(says(cell, "too seldom to count: no complete answer on time in 4 of 10"));
    CHECK(verdict(samples(5, 10, late)) == Verdict::powerless);
    CHECK(verdict(samples(1, 4, late)) == Verdict::clean);
    CHECK(verdict(samples(2, 4, late)) == Verdict::powerless);
    CHECK(verdict(samples(1, 3, late)) == Verdict::clean);
    CHECK(verdict(samples(14, 30, late)) == Verdict::clean);
    CHECK(verdict(samples(15, 30, late)) == Verdict::powerless);
}

TEST_CASE("a verdict is not decided while a fact that would change it is true now and then") {
    const auto late = [](Sample& each) { each.late_ms = 40; };
    const auto open = [](std::vector<Sample> some) { return undecided(cell_of(std::move(some))); };

    CHECK_FALSE(open(samples(0, 4, late)));
    CHECK_FALSE(open(samples(4, 4, late)));
    CHECK(open(samples(1, 4, late)));
    CHECK(open(samples(3, 4, late)));
    CHECK_FALSE(open(samples(2, 10, late)));
    CHECK(open(samples(3, 10, late)));
    CHECK(open(samples(7, 10, late)));
    CHECK_FALSE(open(samples(8, 10, late)));
    CHECK_FALSE(open({}));
}

TEST_CASE("what does not matter beside something worse leaves nothing open") {
    auto some = samples(10, 10, [](Sample& each) { each.next = Next::wrong; });
    for (int i = 0; i < 5; ++i) some[static_cast<std::size_t>(i)].left.threads = 1;

    CHECK_FALSE(undecided(cell_of(some)));
}

TEST_CASE("a close verdict says so") {
    const auto close = concluded(samples(12, 30, [](Sample& each) { each.left.threads = 1; }));
    const auto clear = concluded(samples(2, 30, [](Sample& each) { each.left.threads = 1; }));

    CHECK(says(close, "that is close: another run may come to another verdict"));
    CHECK_FALSE(says(clear, "that is close: another run may come to another verdict"));
}

TEST_CASE("what decided comes first, and what was too seldom to count after it") {
    auto some = samples(2, 10, [](Sample& each) { each.answer = Answer::error; });
    for (auto& each : some) each.left.threads = 1;
    for (int i = 0; i < 6; ++i) some[static_cast<std::size_t>(i)].others.lost = 1;

    const auto cell = concluded(some);

    CHECK(cell.because.at(0) == "other clients lost requests in 6 of 10");
    CHECK(cell.because.at(1) == "threads stayed in 10 of 10");
    CHECK(says(cell,
               "too seldom to count: the answer was not the 504 that was due (504) in 2 of 10"));
}

TEST_CASE("a detail is said only if all samples agree on it") {
    auto some = samples(10, 10, [](Sample& each) { each.left.function = "it computes"; });
    CHECK(concluded(some).because.front() == "the function went on (it computes) in 10 of 10");

    some[3].left.function = "it waits";
    CHECK(concluded(some).because.front() == "the function went on in 10 of 10");
}

TEST_CASE("others' delays and samples that failed are said, and decide nothing") {
    auto cell = cell_of(samples(10, 10, [](Sample& each) { each.others.delayed = 2; }));
    cell.failed = 1;

    conclude(cell);

    CHECK(cell.verdict == Verdict::clean);
    CHECK(says(cell, "requests of other clients were delayed in 10 of 10"));
    CHECK(says(cell, "1 more could not be measured: the server or its client failed"));
}

TEST_CASE("late is what is later than the cell's own tolerance") {
    auto cell = cell_of(samples(10, 10, [](Sample& each) { each.late_ms = 700; }));
    cell.tolerance_ms = 1000;

    conclude(cell);

    CHECK(cell.verdict == Verdict::clean);
    CHECK(cell.summary.on_time == 10);
    cell.tolerance_ms = 20;
    conclude(cell);
    CHECK(cell.verdict == Verdict::powerless);
}

TEST_CASE("verdicts of few samples are provisional") {
    Run run;
    run.cells = {cell_of(samples(0, 4, [](Sample&) {}))};
    CHECK(provisional(run).empty());

    run.cells.push_back(cell_of(samples(0, 3, [](Sample&) {})));
    CHECK(provisional(run) == "Verdicts are provisional: 1 of 2 cells have fewer than 4 samples.");
}

TEST_CASE("harakiri at the limit is clean, and costs a worker") {
    const auto cell = concluded(samples(10, 10, harakiri));

    CHECK(cell.verdict == Verdict::clean);
    CHECK(cell.costs_worker);
    CHECK(says(cell, "the worker was killed in 10 of 10"));
}

TEST_CASE("a server whose killed worker's client gets a 502 at the limit is clean, too") {
    CHECK(verdict(samples(10, 10, [](Sample& each) {
              harakiri(each);
              each.answer = Answer::death;
          })) == Verdict::clean);
}

TEST_CASE("damage is a taint") {
    SUBCASE("the next call gets another's answer") {
        const auto cell = concluded(samples(9, 10, [](Sample& each) { each.next = Next::wrong; }));
        CHECK(cell.verdict == Verdict::tainted);
        CHECK(cell.because.front() == "the next call was answered wrongly in 9 of 10");
    }
    SUBCASE("the next call fails") {
        CHECK(verdict(samples(6, 10, [](Sample& each) { each.next = Next::failed; })) ==
              Verdict::tainted);
    }
    SUBCASE("the worker dies at the limit") {
        CHECK(verdict(samples(5, 10, [](Sample& each) {
                  crashes(each);
                  each.late_ms = 1;
              })) == Verdict::tainted);
    }
    SUBCASE("others lose requests") {
        CHECK(verdict(samples(10, 10, [](Sample& each) {
                  harakiri(each);
                  each.others.lost = 1;
              })) == Verdict::tainted);
    }
    SUBCASE("an error where a 504 was due") {
        const auto cell = concluded(samples(10, 10, [](Sample& each) {
            each.status = 500;
            each.answer = Answer::error;
        }));
        CHECK(cell.verdict == Verdict::tainted);
        CHECK(cell.because.front() == "the answer was not the 504 that was due (500) in 10 of 10");
    }
    SUBCASE("a 504 before the limit") {
        CHECK(verdict(samples(10, 10, [](Sample& each) { each.late_ms = -90; })) ==
              Verdict::tainted);
    }
}

TEST_CASE("no single sample decides, and it is not kept secret") {
    const auto cell = concluded(samples(1, 5, [](Sample& each) { each.next = Next::failed; }));

    CHECK(cell.verdict == Verdict::clean);
    CHECK(says(cell, "too seldom to count: the next call failed in 1 of 5"));
    CHECK(verdict(samples(3, 5, [](Sample& each) { each.next = Next::failed; })) ==
          Verdict::tainted);
}

TEST_CASE("one wrong answer to another call is one too many") {
    const auto wrong = samples(1, 10, [](Sample& each) { each.next = Next::wrong; });

    const auto cell = concluded(wrong);

    CHECK(cell.verdict == Verdict::tainted);
    CHECK(cell.because.front() == "the next call was answered wrongly in 1 of 10");
    CHECK_FALSE(undecided(cell_of(wrong)));
}

TEST_CASE("the only sample there is decides") {
    CHECK(verdict(samples(1, 1, [](Sample& each) { each.next = Next::wrong; })) ==
          Verdict::tainted);
    CHECK(verdict(samples(0, 1, [](Sample&) {})) == Verdict::clean);
}

TEST_CASE("what goes on or stays behind is a leak") {
    const auto leaks = [](auto change) { return verdict(samples(8, 10, change)); };

    CHECK(leaks([](Sample& each) { each.left.threads = 1; }) == Verdict::leaks);
    CHECK(leaks([](Sample& each) { each.left.children = 1; }) == Verdict::leaks);
    CHECK(leaks([](Sample& each) { each.left.descriptors = 1; }) == Verdict::leaks);
    CHECK(leaks([](Sample& each) { each.left.queries = 1; }) == Verdict::leaks);
    CHECK(leaks([](Sample& each) { each.left.transactions = 1; }) == Verdict::leaks);
    CHECK(leaks([](Sample& each) { each.whole_ms.reset(); }) == Verdict::leaks);

    const auto cell =
        concluded(samples(10, 10, [](Sample& each) { each.left.function = "it computes"; }));
    CHECK(cell.verdict == Verdict::leaks);
    CHECK(cell.because.front() == "the function went on (it computes) in 10 of 10");
}

TEST_CASE("memory is a leak only if it grows by much") {
    const auto grows_by = [](long kib) {
        return [kib](Sample& each) { each.left.memory_kib = kib; };
    };

    CHECK(verdict(samples(9, 10, grows_by(4096))) == Verdict::leaks);
    CHECK(verdict(samples(3, 10, grows_by(4096))) == Verdict::clean);
    CHECK(verdict(samples(10, 10, grows_by(300))) == Verdict::clean);
}

TEST_CASE("a taint weighs more than a leak, and powerless more than both") {
    const auto leak_and_taint = [](Sample& each) {
        each.left.threads = 1;
        each.next = Next::wrong;
    };

    const auto cell = concluded(samples(10, 10, leak_and_taint));

    CHECK(cell.verdict == Verdict::tainted);
    CHECK(says(cell, "threads stayed in 10 of 10"));
    CHECK(verdict(samples(10, 10, [&](Sample& each) {
              leak_and_taint(each);
              each.late_ms = 100;
          })) == Verdict::powerless);
}

TEST_CASE("of a crash a complete answer is a right one, and the worker is what it costs") {
    const auto worker = concluded(samples(10, 10, crashes), "crash");
    CHECK(worker.verdict == Verdict::clean);
    CHECK(worker.costs_worker);
    CHECK(says(worker, "the worker died in 10 of 10"));

    const auto child = concluded(samples(10, 10,
                                         [](Sample& each) {
                                             crashes(each);
                                             each.answer = Answer::error;
                                             each.worker = WorkerFate::alive;
                                         }),
                                 "crash");
    CHECK(child.verdict == Verdict::clean);
    CHECK_FALSE(child.costs_worker);

    CHECK(verdict(samples(10, 10,
                          [](Sample& each) {
                              crashes(each);
                              is_cut_off(each);
                          }),
                  "crash") == Verdict::powerless);
}

TEST_CASE("to conclude again changes nothing") {
    auto cell = concluded(samples(9, 10, needs_the_server));
    const auto because = cell.because;

    conclude(cell);

    CHECK(cell.because == because);
    CHECK(cell.verdict == Verdict::powerless);
}
