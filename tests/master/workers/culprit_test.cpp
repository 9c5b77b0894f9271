#include "master/workers/culprit.h"

#include <doctest/doctest.h>

#include <optional>

using namespace curfew;
using namespace curfew::master;
using worker::Scoreboard;

namespace {

/// The board of a worker that has died.
struct Dead {
    Scoreboard scoreboard{1, 4};
    worker::WorkerBoard board = scoreboard.worker(0);

    void run(std::size_t cell, std::int32_t thread, bool parked = false) {
        board.publish(cell, {.id = "i", .route = "r", .method = "m", .target = "t"}, {},
                      Deadline::never(), thread);
        board.cells()[cell].parked.store(parked ? 1 : 0);
    }
    void last_thread(std::int32_t thread) { board.line().last_thread.store(thread); }
};

constexpr std::optional<std::size_t> nobody;

}  // namespace

TEST_CASE("a worker without a running request has died of none") {
    Dead dead;
    dead.run(0, 7);
    REQUIRE(dead.board.begin_response(0));
    dead.last_thread(7);

    CHECK(culprit(dead.board) == nobody);
}

TEST_CASE("a request that was alone is the culprit, on whatever thread") {
    Dead dead;
    dead.run(2, 7, true);
    CHECK(culprit(dead.board) == 2);

    dead.last_thread(9);  // of a strategy that has it run there
    CHECK(culprit(dead.board) == 2);
}

TEST_CASE("of several threads it is the one that has crashed") {
    Dead dead;
    dead.run(0, 7);
    dead.run(1, 8);
    CHECK(culprit(dead.board) == nobody);

    dead.last_thread(8);
    CHECK(culprit(dead.board) == 1);
    dead.last_thread(9);
    CHECK(culprit(dead.board) == nobody);
}

TEST_CASE("of several fibers it is the one that was not parked") {
    Dead dead;
    dead.run(0, 7, true);
    dead.run(1, 7);
    dead.run(2, 7, true);

    CHECK(culprit(dead.board) == 1);
    dead.last_thread(7);
    CHECK(culprit(dead.board) == 1);
    dead.last_thread(9);  // an application's own
    CHECK(culprit(dead.board) == nobody);
}

TEST_CASE("a stream runs its handler's code while it is under a limit") {
    Dead dead;
    dead.run(0, 7);
    dead.run(1, 8, true);
    REQUIRE(dead.board.begin_response(0));
    dead.board.resume_response(0, {}, Deadline::in(std::chrono::seconds(1)), 7);

    CHECK(culprit(dead.board) == 0);
}

TEST_CASE("a request that was claimed can still be the culprit, until its handler has returned") {
    Dead dead;
    dead.run(0, 7);
    dead.run(1, 8);
    auto& claimed = dead.board.cells()[0];
    claimed.word.store((claimed.word.load() & ~std::uint64_t{7}) |
                       static_cast<std::uint64_t>(worker::Phase::claimed));
    dead.last_thread(7);
    CHECK(culprit(dead.board) == 0);

    claimed.handler_over.store(true);
    CHECK(culprit(dead.board) == 1);
}
