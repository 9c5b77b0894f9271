#include "master/workers/overdue.h"

#include <doctest/doctest.h>

using namespace curfew;
using namespace curfew::master;
using namespace std::chrono_literals;
using worker::Cell;
using worker::Label;
using worker::Phase;
using worker::Scoreboard;

namespace {

/// A moment that has nothing to do with the clock.
constexpr Deadline::Clock::time_point noon{1000h};

/// One worker's board with cells in every state.
struct Board {
    Scoreboard scoreboard{1, 10};
    worker::WorkerBoard board = scoreboard.worker(0);

    void run(std::size_t cell, Duration since, Duration limit) {
        board.publish(cell, Label{.id = "i", .route = "r", .method = "m", .target = "t"},
                      noon - since, Deadline::after(noon - since, limit), 0);
    }
    void respond(std::size_t cell) { REQUIRE(board.begin_response(cell)); }
};

}  // namespace

TEST_CASE("an idle worker has nothing that could be overdue") {
    Board workers;
    const auto seen = scan(workers.board, noon);
    CHECK(seen.overdue.empty());
    CHECK(seen.nearest.is_never());
    CHECK_FALSE(seen.busy);
}

TEST_CASE("a death is prepared for some time before the first limit, at most half of it") {
    Board workers;
    workers.run(1, 1s, 4s);
    workers.run(2, 0s, 9s);

    CHECK(scan(workers.board, noon, 500ms).near_limit == Deadline::at(noon + 2500ms));
    CHECK(scan(workers.board, noon, 1min).near_limit == Deadline::at(noon + 1s));
    CHECK(scan(Board().board, noon, 500ms).near_limit.is_never());
}

TEST_CASE("a request is overdue from its deadline on") {
    Board workers;
    workers.run(3, 2s, 2s);

    const auto before = scan(workers.board, noon - 1ns);
    CHECK(before.overdue.empty());
    CHECK(before.nearest == Deadline::at(noon));
    CHECK(before.busy);

    const auto at = scan(workers.board, noon);
    REQUIRE(at.overdue.size() == 1);
    CHECK(at.overdue[0].cell == 3);
    CHECK(at.overdue[0].age == 2s);
    CHECK(at.overdue[0].limit == 2s);
    CHECK(at.nearest.is_never());

    const auto later = scan(workers.board, noon + 3s);
    REQUIRE(later.overdue.size() == 1);
    CHECK(later.overdue[0].age == 5s);
    CHECK(later.overdue[0].limit == 2s);
}

TEST_CASE("all that are overdue are found, and the nearest of the others") {
    Board workers;
    workers.run(0, 10s, 3s);
    workers.run(1, 10s, 30s);
    workers.run(4, 10s, 1s);
    workers.run(7, 10s, 15s);

    const auto seen = scan(workers.board, noon);

    REQUIRE(seen.overdue.size() == 2);
    CHECK(seen.overdue[0].cell == 0);
    CHECK(seen.overdue[1].cell == 4);
    CHECK(seen.nearest == Deadline::at(noon + 5s));
}

TEST_CASE("a scan changes nothing and says the same again") {
    Board workers;
    workers.run(0, 2s, 1s);
    const auto word = workers.board.cells()[0].word.load();

    CHECK(scan(workers.board, noon).overdue.size() == 1);
    CHECK(scan(workers.board, noon).overdue.size() == 1);

    CHECK(workers.board.cells()[0].word.load() == word);
}

TEST_CASE("a request without a limit is busy and never overdue") {
    Board workers;
    workers.board.publish(0, Label{}, noon, Deadline::never(), 0);

    const auto seen = scan(workers.board, Deadline::Clock::time_point::max() - 1ns);

    CHECK(seen.busy);
    CHECK(seen.overdue.empty());
    CHECK(seen.nearest.is_never());
}

TEST_CASE("a response that is being written has no limit") {
    Board workers;
    workers.run(0, 2s, 1s);
    workers.respond(0);

    const auto seen = scan(workers.board, noon + 1h);

    CHECK(seen.overdue.empty());
    CHECK(seen.nearest.is_never());
    CHECK(seen.busy);
}

TEST_CASE("a piece of a response that the handler makes has a limit of its own") {
    Board workers;
    workers.run(0, 2s, 1s);
    workers.respond(0);
    workers.board.resume_response(0, noon, Deadline::after(noon, 1s), 0);

    CHECK(scan(workers.board, noon).overdue.empty());
    CHECK(scan(workers.board, noon).nearest == Deadline::at(noon + 1s));
    CHECK(scan(workers.board, noon + 1s).overdue.size() == 1);
    REQUIRE(workers.board.rest_response(0));
    CHECK(scan(workers.board, noon + 1s).overdue.empty());
}

TEST_CASE("what is over or claimed is not overdue") {
    Board workers;
    workers.run(0, 2s, 1s);
    workers.respond(0);
    workers.board.finish(0);
    workers.run(1, 2s, 1s);
    const auto seen = scan(workers.board, noon);
    REQUIRE(seen.overdue.size() == 1);
    REQUIRE(claim(workers.board, seen.overdue[0]));

    const auto after = scan(workers.board, noon);

    CHECK(after.overdue.empty());
    CHECK_FALSE(after.busy);
}

TEST_CASE("a claim comes too late once the request has been extended") {
    Board workers;
    auto word = workers.board.publish(0, Label{}, noon - 2s, Deadline::at(noon - 1s), 0);
    const auto overdue = scan(workers.board, noon).overdue.at(0);

    REQUIRE(workers.board.move_deadline(0, word, Deadline::at(noon + 1s)));

    CHECK_FALSE(claim(workers.board, overdue));
    CHECK(scan(workers.board, noon).overdue.empty());
    CHECK(scan(workers.board, noon).nearest == Deadline::at(noon + 1s));
    const auto later = scan(workers.board, noon + 1s).overdue.at(0);
    CHECK(later.age == 3s);
    CHECK(later.limit == 3s);
    CHECK(claim(workers.board, later));
    CHECK_FALSE(workers.board.move_deadline(0, word, Deadline::never()));
}

TEST_CASE("the master is told of a limit that is sooner than it will wake, and of no other") {
    Board workers;
    auto word = workers.board.publish(0, Label{}, noon, Deadline::at(noon + 9s), 0);
    workers.scoreboard.take_pokes();
    workers.scoreboard.will_wake(Deadline::at(noon + 5s));

    REQUIRE(workers.board.move_deadline(0, word, Deadline::at(noon + 6s)));
    CHECK_FALSE(workers.scoreboard.take_pokes());
    REQUIRE(workers.board.move_deadline(0, word, Deadline::at(noon + 4s)));
    CHECK(workers.scoreboard.take_pokes());
}

TEST_CASE("a claim takes the response away from the worker") {
    Board workers;
    workers.run(0, 2s, 1s);
    const auto overdue = scan(workers.board, noon).overdue.at(0);

    CHECK(claim(workers.board, overdue));

    CHECK(Cell::phase(workers.board.cells()[0].word.load()) == Phase::claimed);
    CHECK_FALSE(workers.board.begin_response(0));
    CHECK_FALSE(claim(workers.board, overdue));
}

TEST_CASE("a claim comes too late once the worker responds, or has gone on to another request") {
    Board workers;
    workers.run(0, 2s, 1s);
    const auto overdue = scan(workers.board, noon).overdue.at(0);

    workers.respond(0);
    CHECK_FALSE(claim(workers.board, overdue));
    workers.board.finish(0);
    CHECK_FALSE(claim(workers.board, overdue));
    workers.run(0, 0s, 1s);
    CHECK_FALSE(claim(workers.board, overdue));
    workers.board.reset();
    workers.run(0, 0s, 1s);
    CHECK_FALSE(claim(workers.board, overdue));
    CHECK(workers.board.begin_response(0));
}

TEST_CASE("a claim on one piece of a response does not hit the next") {
    Board workers;
    workers.run(0, 2s, 10s);
    workers.respond(0);
    workers.board.resume_response(0, noon - 2s, Deadline::at(noon - 1s), 0);
    const auto overdue = scan(workers.board, noon).overdue.at(0);

    REQUIRE(workers.board.rest_response(0));
    CHECK_FALSE(claim(workers.board, overdue));
    workers.board.resume_response(0, noon, Deadline::at(noon + 1s), 0);
    CHECK_FALSE(claim(workers.board, overdue));
    CHECK(workers.board.rest_response(0));
}

TEST_CASE("a request is slow from its time on, once, and is not overdue for that") {
    Board workers;
    workers.board.publish(2, Label{}, noon - 2s, Deadline::after(noon, 10s), 0, Deadline::at(noon));

    CHECK(scan(workers.board, noon - 1ns).slow.empty());
    CHECK(scan(workers.board, noon - 1ns).nearest == Deadline::at(noon));

    const auto seen = scan(workers.board, noon + 1s);
    CHECK(seen.overdue.empty());
    REQUIRE(seen.slow.size() == 1);
    CHECK(seen.slow[0].cell == 2);
    CHECK(seen.slow[0].age == 3s);
    CHECK(seen.slow[0].limit == 2s);
    CHECK(seen.nearest == Deadline::at(noon + 10s));

    CHECK(take_slow(workers.board, seen.slow[0]));
    CHECK_FALSE(take_slow(workers.board, seen.slow[0]));
    CHECK(scan(workers.board, noon + 1s).slow.empty());
    CHECK(workers.board.begin_response(2));
}

TEST_CASE("what is overdue, or over, or being sent is not slow") {
    Board workers;
    const auto slow_at = Deadline::at(noon);
    workers.board.publish(0, Label{}, noon - 2s, Deadline::at(noon), 0, slow_at);
    workers.board.publish(1, Label{}, noon - 2s, Deadline::never(), 0, slow_at);
    workers.respond(1);
    workers.board.publish(2, Label{}, noon - 2s, Deadline::never(), 0, slow_at);
    const auto seen = scan(workers.board, noon);
    REQUIRE(seen.slow.size() == 1);
    workers.respond(2);
    workers.board.finish(2);

    CHECK_FALSE(take_slow(workers.board, seen.slow[0]));
    CHECK(scan(workers.board, noon).slow.empty());

    workers.board.publish(2, Label{}, noon, Deadline::never(), 0, Deadline::at(noon + 1s));
    CHECK_FALSE(take_slow(workers.board, seen.slow[0]));
    CHECK(scan(workers.board, noon + 1s).slow.size() == 1);
}
