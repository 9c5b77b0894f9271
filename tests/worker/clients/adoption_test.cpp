#include "worker/clients/adopter.h"
#include "worker/shared/handover.h"

#include "tests/worker/os/socket_pair.h"
#include "tests/worker/clients/test_worker.h"
#include "worker/keeper/keeper.h"
#include "worker/os/open_files.h"

#include <doctest/doctest.h>
#include <fcntl.h>
#include <sys/wait.h>

#include <string>
#include <thread>
#include <vector>

using namespace curfew;
using namespace curfew::worker;
using namespace std::chrono_literals;

namespace {

Deadline at_once() { return Deadline::in(0s); }

Extent put(Arena& arena, std::string_view bytes) {
    char* const block = arena.take(Arena::least);
    bytes.copy(block, bytes.size());
    return {.offset = arena.offset(block), .size = bytes.size()};
}

int open_files() {
    int count = 0;
    for_each_open_file([&](int) { ++count; });
    return count;
}

bool closes_on_exec(const UniqueFd& fd) { return (::fcntl(fd.get(), F_GETFD) & FD_CLOEXEC) != 0; }

/// Both sides, and a client between them.
struct Passage {
    AdoptionSocket socket;
    Arena arena;
    SocketPair pair = make_tcp_pair();
    PendingAdoption pending_adoption;

    bool send(const Handover& handover, Deadline by = at_once()) {
        return send_handover(socket.give.get(), handover, pair.server.get(), arena.fd(), by);
    }
    std::optional<Adoptee> receive() {
        return receive_handover(socket.take.get(), pending_adoption);
    }

    /// Until there is no room.
    int fill() {
        int sent = 0;
        while (send({.status = static_cast<std::uint16_t>(sent)})) ++sent;
        return sent;
    }
};

}  // namespace

TEST_CASE("a connection is given away with all that its client had sent") {
    Passage passage;
    Handover handover{.kind = Handover::Kind::answered,
                      .keep_alive = false,
                      .continued = true,
                      .status = 204,
                      .body = 7,
                      .arrived = 8,
                      .deadline = 9,
                      .head = put(passage.arena, "head "),
                      .input = put(passage.arena, "and body")};
    std::string("id-1").copy(handover.id.data(), 4);

    REQUIRE(passage.send(handover));
    passage.pair.server.reset();
    auto adoptee = passage.receive();

    REQUIRE(adoptee);
    CHECK(adoptee->bytes == "head and body");
    CHECK(adoptee->handover.kind == Handover::Kind::answered);
    CHECK_FALSE(adoptee->handover.keep_alive);
    CHECK(adoptee->handover.continued);
    CHECK(adoptee->handover.status == 204);
    CHECK(adoptee->handover.body == 7);
    CHECK(adoptee->handover.arrived == 8);
    CHECK(adoptee->handover.deadline == 9);
    CHECK(adoptee->handover.id.data() == std::string("id-1"));
    CHECK(closes_on_exec(adoptee->client));
    CHECK(closes_on_exec(adoptee->arena));
    send_all(adoptee->client, "hello");
    CHECK(take_available(passage.pair.client.get()) == "hello");
}

TEST_CASE("where nothing waits nothing is taken") {
    Passage passage;
    CHECK_FALSE(passage.receive());
    CHECK_FALSE(passage.pending_adoption.files());
}

TEST_CASE("what nobody will ever take is not sent") {
    Passage passage;
    passage.socket.take.reset();
    CHECK_FALSE(passage.send({}, Deadline::never()));
}

TEST_CASE("a full queue is waited for until the deadline, and loses nothing") {
    Passage passage;
    const int sent = passage.fill();
    CHECK(sent > 10);

    const auto by = Deadline::in(30ms);
    CHECK_FALSE(passage.send({}, by));
    CHECK(by.passed());

    for (int i = 0; i < sent; ++i) {
        const auto adoptee = passage.receive();
        REQUIRE(adoptee);
        CHECK(adoptee->handover.status == i);
    }
    CHECK_FALSE(passage.receive());
    CHECK(passage.send({}));
}

TEST_CASE("who waits for room goes on when there is some") {
    Passage passage;
    passage.fill();
    std::thread taker([&] {
        while (passage.receive()) {
        }
    });
    CHECK(passage.send({}, Deadline::never()));
    taker.join();
}

TEST_CASE("nothing stays open of what was handed over, sent or not") {
    const int before = open_files();
    {
        Passage passage;
        for (int i = 0; i < 50; ++i) CHECK(passage.send({}));
        for (int i = 0; i < 30; ++i) CHECK(passage.receive());
        passage.pending_adoption.clear();
        passage.fill();
    }
    CHECK(open_files() == before);
}

TEST_CASE("an extent that is not there is an error, not a wait or a crash") {
    Passage passage;
    const int before = open_files();
    REQUIRE(passage.send({.input = {.offset = std::uint64_t{1} << 50, .size = 10}}));
    CHECK_THROWS(passage.receive());
    REQUIRE(passage.send({.input = {.offset = 0, .size = UINT64_MAX}}));
    CHECK_THROWS(passage.receive());
    CHECK(open_files() == before);
}

TEST_CASE("after a connection that is lost the next waits, also if there is room for it by now") {
    Passage passage;
    TestWorker worker;
    std::vector<UniqueFd> clients;
    for (int i = 0; i < 8; ++i) {
        clients.push_back(worker.connect());
        send_all(clients.back(), "G");
    }
    worker.settle();
    Adopter adopter(*worker.context, *worker.connections, std::move(passage.socket.take));
    REQUIRE(passage.send({.input = {.offset = 1UL << 40, .size = 10}}));
    REQUIRE(passage.send({}));
    const auto start = Deadline::Clock::now();

    REQUIRE(worker.until([&] { return worker.connections->size() == 7; }));
    REQUIRE(worker.until([&] { return worker.connections->size() == 8; }));

    CHECK(Deadline::Clock::now() - start > 150ms);  // twice 100 ms: for room, and after the loss
}

TEST_CASE("a pending adoption is known until it is complete") {
    Passage passage;
    REQUIRE(passage.send({.status = 201}));
    const auto adoptee = passage.receive();
    REQUIRE(adoptee);

    const auto files = passage.pending_adoption.files();
    REQUIRE(files);
    CHECK(files->client == adoptee->client.get());
    CHECK(files->arena == adoptee->arena.get());
    CHECK(passage.pending_adoption.handover().status == 201);

    passage.pending_adoption.clear();
    CHECK_FALSE(passage.pending_adoption.files());
}

TEST_CASE("a worker killed while it adopts leaves that to the next, as it was") {
    for (const bool entered : {false, true}) {
        CAPTURE(entered);
        Passage passage;
        Scoreboard scoreboard(1, 4);
        auto board = scoreboard.worker(0);
        const auto input = put(passage.arena, "GET / HTTP/1.1\r\n");
        REQUIRE(passage.send({.kind = Handover::Kind::answered, .status = 504, .input = input}));

        const pid_t worker = ::fork();
        if (worker == 0) {
            Arena own;
            const auto adoptee =
                receive_handover(passage.socket.take.get(), board.line().pending_adoption);
            if (entered) {
                board.use(0);
                board.record(0).store({.stage = ConnectionRecord::Stage::reading,
                                       .fd = adoptee->client.get(),
                                       .input = put(own, "half of it")});
            }
            board.line().ending.store(Ending::died);
            Keeper({.board = board,
                    .arena = own,
                    .adoption = passage.socket.give.get(),
                    .listeners = {},
                    .title = [] {}})
                .settle();
            ::_exit(0);
        }
        int status = -1;
        REQUIRE(::waitpid(worker, &status, 0) == worker);
        CHECK(status == 0);

        const auto again = passage.receive();
        REQUIRE(again);
        CHECK(again->handover.kind == Handover::Kind::answered);
        CHECK(again->handover.status == 504);
        CHECK(again->bytes == "GET / HTTP/1.1\r\n");
        CHECK_FALSE(passage.receive());
        send_all(again->client, "here");
        CHECK(take_available(passage.pair.client.get()) == "here");
    }
}
