#include "worker/shared/scoreboard.h"

#include <doctest/doctest.h>
#include <poll.h>
#include <sys/wait.h>
#include <unistd.h>

#include <set>
#include <string>

using namespace curfew;
using namespace curfew::worker;
using namespace std::chrono_literals;

namespace {

const Label label{.id = "id", .route = "/a/:b", .method = "GET", .target = "/a/b?c"};

std::uint64_t sequence(const Cell& cell) { return cell.word.load() >> 3; }
Phase phase(const Cell& cell) { return Cell::phase(cell.word.load()); }

void publish(WorkerBoard& board, std::size_t cell) {
    board.publish(cell, label, Deadline::Clock::now(), Deadline::never(), 6);
}

bool poked(const Scoreboard& board) {
    pollfd wake{.fd = board.wake_fd(), .events = POLLIN, .revents = 0};
    return ::poll(&wake, 1, 0) == 1;
}

}  // namespace

TEST_CASE("a published request shows all that its master needs") {
    Scoreboard scoreboard(2, 3);
    auto board = scoreboard.worker(1);
    const auto started = Deadline::Clock::now();
    const auto deadline = Deadline::after(started, 5s);

    board.publish(2, label, started, deadline, 8);

    const Cell& cell = scoreboard.worker(1).cells()[2];
    CHECK(phase(cell) == Phase::running);
    CHECK(cell.started.load() == started.time_since_epoch().count());
    CHECK(cell.deadline.load() == deadline.time().time_since_epoch().count());
    CHECK(cell.tid.load() == 8);
    const auto read = board.label(2);
    CHECK(read.id == "id");
    CHECK(read.route == "/a/:b");
    CHECK(read.method == "GET");
    CHECK(read.target == "/a/b?c");
}

TEST_CASE("slots and cells do not share anything") {
    Scoreboard scoreboard(3, 4);
    std::set<const void*> addresses;
    for (std::size_t slot = 0; slot < 3; ++slot) {
        auto board = scoreboard.worker(slot);
        board.line().requests.store(slot);
        for (std::size_t i = 0; i < 4; ++i) {
            const auto name = std::to_string(slot) + "/" + std::to_string(i);
            board.publish(i, {.id = name, .route = "r", .method = "m", .target = "t"}, {},
                          Deadline::never(), 0);
            addresses.insert(&board.cells()[i]);
            static_cast<void>(board.meter(i).begin(
                Deadline::Clock::time_point(std::chrono::hours(slot * 4 + i)), 0ns, 0ns));
        }
    }

    CHECK(addresses.size() == 12);
    for (std::size_t slot = 0; slot < 3; ++slot) {
        const auto board = scoreboard.worker(slot);
        CHECK(board.line().requests.load() == slot);
        for (std::size_t i = 0; i < 4; ++i) {
            CHECK(board.label(i).id == std::to_string(slot) + "/" + std::to_string(i));
            const auto in_the_end = Deadline::Clock::time_point(12h);
            CHECK(board.meter(i).read(in_the_end).here == std::chrono::hours(12 - slot * 4 - i));
        }
    }
}

TEST_CASE("a scoreboard is shared with a process that was forked") {
    Scoreboard scoreboard(1, 1);
    auto board = scoreboard.worker(0);

    const auto child = ::fork();
    if (child == 0) {
        board.line().requests.store(41);
        publish(board, 0);
        ::_exit(0);
    }
    REQUIRE(::waitpid(child, nullptr, 0) == child);

    CHECK(board.line().requests.load() == 41);
    CHECK(phase(board.cells()[0]) == Phase::running);
    CHECK(board.label(0).route == "/a/:b");
}

TEST_CASE("a label that is too long is cut, and its words stay apart") {
    Scoreboard scoreboard(1, 1);
    auto board = scoreboard.worker(0);
    const std::string id(100, 'i');
    const std::string route(200, 'r');
    const std::string method(50, 'm');
    const std::string target(10'000, 't');

    board.publish(0, {.id = id, .route = route, .method = method, .target = target}, {},
                  Deadline::never(), 0);

    const auto read = board.label(0);
    CHECK(read.id == std::string(64, 'i'));
    CHECK(read.route == std::string(96, 'r'));
    CHECK(read.method == std::string(16, 'm'));
    CHECK(read.target.size() >= 200);
    CHECK(read.target == std::string(read.target.size(), 't'));
}

TEST_CASE("a label may have empty words") {
    Scoreboard scoreboard(1, 1);
    auto board = scoreboard.worker(0);
    board.publish(0, {.id = {}, .route = "r", .method = {}, .target = "t"}, {}, Deadline::never(),
                  0);
    CHECK(board.label(0).id.empty());
    CHECK(board.label(0).route == "r");
    CHECK(board.label(0).method.empty());
    CHECK(board.label(0).target == "t");
}

TEST_CASE("only cells that were ever used are looked at") {
    Scoreboard scoreboard(1, 100);
    auto board = scoreboard.worker(0);
    CHECK(board.used_cells().empty());
    publish(board, 4);
    CHECK(board.used_cells().size() == 5);
    publish(board, 2);
    CHECK(board.used_cells().size() == 5);
    publish(board, 99);
    CHECK(board.used_cells().size() == 100);
}

TEST_CASE("a request goes from running to responding to idle") {
    Scoreboard scoreboard(1, 1);
    auto board = scoreboard.worker(0);
    const Cell& cell = board.cells()[0];
    CHECK(phase(cell) == Phase::idle);

    publish(board, 0);
    CHECK(phase(cell) == Phase::running);
    CHECK(board.begin_response(0));
    CHECK(phase(cell) == Phase::responding);
    CHECK(cell.deadline.load() == INT64_MAX);
    board.finish(0);
    CHECK(phase(cell) == Phase::idle);
}

TEST_CASE("a response can be begun once, and only for a request that runs") {
    Scoreboard scoreboard(1, 1);
    auto board = scoreboard.worker(0);
    CHECK_FALSE(board.begin_response(0));
    publish(board, 0);
    CHECK(board.begin_response(0));
    CHECK_FALSE(board.begin_response(0));
    board.finish(0);
    CHECK_FALSE(board.begin_response(0));
}

TEST_CASE("a response that was claimed is not the worker's any more") {
    Scoreboard scoreboard(1, 1);
    auto board = scoreboard.worker(0);
    Cell& cell = board.cells()[0];

    publish(board, 0);
    cell.word.store((sequence(cell) << 3) | static_cast<std::uint64_t>(Phase::claimed));

    CHECK_FALSE(board.begin_response(0));
    CHECK_FALSE(board.rest_response(0));
    CHECK(phase(cell) == Phase::claimed);
}

TEST_CASE("a response under way can be put under a limit again and again") {
    Scoreboard scoreboard(1, 1);
    auto board = scoreboard.worker(0);
    const Cell& cell = board.cells()[0];
    publish(board, 0);
    REQUIRE(board.begin_response(0));

    for (int piece = 0; piece < 3; ++piece) {
        const auto before = cell.word.load();
        const auto started = Deadline::Clock::now();
        board.resume_response(0, started, Deadline::after(started, 1s), 9);
        CHECK(phase(cell) == Phase::responding);
        CHECK(cell.word.load() != before);
        CHECK(cell.deadline.load() == (started + 1s).time_since_epoch().count());
        CHECK(cell.tid.load() == 9);
        const auto limited = cell.word.load();
        CHECK(board.rest_response(0));
        CHECK(phase(cell) == Phase::responding);
        CHECK(cell.word.load() != limited);
        CHECK(cell.deadline.load() == INT64_MAX);
    }
    board.finish(0);
    CHECK(phase(cell) == Phase::idle);
}

TEST_CASE("a sequence number is never used twice, not even by the next worker") {
    Scoreboard scoreboard(1, 1);
    auto board = scoreboard.worker(0);
    const Cell& cell = board.cells()[0];
    std::set<std::uint64_t> seen;
    for (int life = 0; life < 10; ++life) {
        for (int request = 0; request < 10; ++request) {
            publish(board, 0);
            CHECK(seen.insert(sequence(cell)).second);
            if (request == 9) break;  // dies with this one
            REQUIRE(board.begin_response(0));
            board.resume_response(0, {}, Deadline::never(), 0);
            CHECK(seen.insert(sequence(cell)).second);
            REQUIRE(board.rest_response(0));
            board.finish(0);
        }
        board.reset();
        CHECK(phase(cell) == Phase::idle);
    }
}

TEST_CASE("the next worker in a slot begins anew") {
    Scoreboard scoreboard(1, 2);
    auto board = scoreboard.worker(0);
    publish(board, 0);
    publish(board, 1);
    board.line().state.store(WorkerState::draining);
    board.line().shortest_limit.store(5);
    board.line().requests.store(6);

    board.reset();

    CHECK(phase(board.cells()[0]) == Phase::idle);
    CHECK(phase(board.cells()[1]) == Phase::idle);
    CHECK(board.line().state.load() == WorkerState::booting);
    CHECK(board.line().shortest_limit.load() == INT64_MAX);
    CHECK(board.line().requests.load() == 0);
}

TEST_CASE("only a master that sleeps is poked, by what concerns it") {
    Scoreboard scoreboard(1, 1);
    auto board = scoreboard.worker(0);
    publish(board, 0);
    CHECK_FALSE(poked(scoreboard));

    scoreboard.sleep(true);
    CHECK_FALSE(poked(scoreboard));
    publish(board, 0);
    CHECK(poked(scoreboard));
    scoreboard.take_pokes();
    CHECK_FALSE(poked(scoreboard));

    REQUIRE(board.begin_response(0));
    CHECK_FALSE(poked(scoreboard));
    board.resume_response(0, {}, Deadline::never(), 0);
    CHECK(poked(scoreboard));
    scoreboard.take_pokes();
    REQUIRE(board.rest_response(0));
    board.finish(0);
    CHECK_FALSE(poked(scoreboard));

    scoreboard.sleep(false);
    publish(board, 0);
    CHECK_FALSE(poked(scoreboard));
    board.poke();
    CHECK(poked(scoreboard));
}

TEST_CASE("every phase has a name") {
    CHECK(to_string(Phase::idle) == "idle");
    CHECK(to_string(Phase::running) == "running");
    CHECK(to_string(Phase::responding) == "responding");
    CHECK(to_string(Phase::claimed) == "claimed");
}

TEST_CASE("each worker has a table of queries of its own, which another process can read") {
    Scoreboard scoreboard(3, 5);
    const pid_t pid = ::fork();
    if (pid == 0) {
        for (std::uint32_t slot = 0; slot < 3; ++slot) {
            (void)scoreboard.worker(slot).queries().enter(::getpid(), {.id = slot + 1});
        }
        ::_exit(0);
    }
    ::waitpid(pid, nullptr, 0);

    for (std::uint32_t slot = 0; slot < 3; ++slot) {
        const auto sessions = scoreboard.worker(slot).queries().take(pid);
        CHECK(sessions == std::vector<db::Session>{{.id = slot + 1}});
    }
}
