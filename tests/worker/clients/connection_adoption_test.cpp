#include "tests/worker/clients/talk.h"

#include <doctest/doctest.h>

#include <string>

using namespace curfew;
using namespace curfew::worker;
using namespace std::chrono_literals;

namespace {

/// A worker that may take over the clients of another.
struct Heir {
    TestWorker worker;
    UniqueFd first;
    std::string seen_id;
    Deadline seen_deadline = Deadline::never();
    bool seen_retried = false;
    int runs = 0;

    Heir() {
        worker.router.get("/hello", [](const Request&) { return text("hello\n"); });
        worker.router.post(
            "/echo", [](const Request& request) { return text(std::string(request.body())); });
        worker.router.any("/seen", [this](const Request& request) {
            seen_id = request.id();
            seen_deadline = request.deadline();
            seen_retried = record().retried;
            ++runs;
            return text("seen\n");
        });
        first = worker.connect();
    }

    /// The other end of what it adopts.
    UniqueFd adopt(const Handover& handover, std::string bytes = {},
                   SocketPair pair = make_socket_pair()) {
        worker.connections->adopt({.handover = handover,
                                   .client = std::move(pair.server),
                                   .bytes = std::move(bytes),
                                   .arena = {}});
        worker.settle();
        return std::move(pair.client);
    }

    /// Of what was adopted first: cell 0 is the first client's.
    ConnectionRecord record() { return worker.scoreboard.worker(0).record(1).load(); }

    std::string say_to(const UniqueFd& client, std::string_view bytes) {
        send_all(client, bytes);
        worker.settle();
        return plain(take_available(client.get()));
    }
};

constexpr std::string_view seen = "POST /seen HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n";

Handover with_id(Handover handover, std::string_view id) {
    id.copy(handover.id.data(), id.size());
    return handover;
}

}  // namespace

TEST_CASE("an adopted connection that waited for a request goes on waiting") {
    Heir heir;
    const auto client = heir.adopt({});
    CHECK(heir.say_to(client, hello) == answer("200 OK", "hello\n"));
    CHECK(heir.say_to(client, hello) == answer("200 OK", "hello\n"));
}

TEST_CASE("what an adopted connection had received is begun at once") {
    Heir heir;
    const auto client = heir.adopt({}, std::string(hello) + std::string(last_hello));
    CHECK(plain(take_available(client.get())) ==
          answer("200 OK", "hello\n") + answer("200 OK", "hello\n", "close"));
    CHECK(at_end(client));
}

TEST_CASE("wherever a request was cut, its rest is read by the heir") {
    const std::string request =
        "POST /echo HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n";
    for (std::size_t cut = 1; cut < request.size(); ++cut) {
        CAPTURE(cut);
        Heir heir;
        const auto client = heir.adopt({}, request.substr(0, cut));
        CHECK(take_available(client.get()).empty());
        CHECK(heir.say_to(client, request.substr(cut)) == answer("200 OK", "abc"));
    }
}

TEST_CASE("a client that has had its 100 Continue gets no second one") {
    const std::string head =
        "POST /echo HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 3\r\n\r\n";
    Heir heir;
    const auto had = heir.adopt({.continued = true}, head);
    CHECK(take_available(had.get()).empty());
    CHECK(heir.say_to(had, "abc") == answer("200 OK", "abc"));

    const auto had_not = heir.adopt({}, head);
    CHECK(take_available(had_not.get()) == "HTTP/1.1 100 Continue\r\n\r\n");
}

TEST_CASE("a request that is run again keeps its name, and has what is left of its time") {
    Heir heir;
    const auto deadline = Deadline::in(20s);
    const auto client =
        heir.adopt(with_id({.retried = true,
                            .arrived = Deadline::Clock::now().time_since_epoch().count(),
                            .deadline = deadline.time().time_since_epoch().count()},
                           "first-1"),
                   std::string(seen));

    CHECK(plain(take_available(client.get())) == answer("200 OK", "seen\n"));
    CHECK(heir.seen_id == "first-1");
    CHECK(heir.seen_deadline == deadline);
    CHECK(heir.seen_retried);

    CHECK(heir.say_to(client, seen) == answer("200 OK", "seen\n"));
    CHECK(heir.seen_id != "first-1");
    CHECK(heir.seen_deadline > deadline);
    CHECK_FALSE(heir.seen_retried);
}

TEST_CASE("a request that was answered is not run, only what follows it") {
    Heir heir;
    const auto client = heir.adopt(
        with_id({.kind = Handover::Kind::answered, .status = 504}, "late-1"), std::string(seen));
    CHECK(take_available(client.get()).empty());
    CHECK(heir.runs == 0);
    CHECK(heir.record().stage == ConnectionRecord::Stage::reading);
    CHECK(heir.record().input.size == 0);
    CHECK(heir.say_to(client, seen) == answer("200 OK", "seen\n"));
    CHECK(heir.runs == 1);
    CHECK(heir.seen_id != "late-1");

    const auto pipelined = heir.adopt({.kind = Handover::Kind::answered, .status = 502},
                                      std::string(seen) + std::string(hello));
    CHECK(plain(take_available(pipelined.get())) == answer("200 OK", "hello\n"));
    CHECK(heir.runs == 1);
}

TEST_CASE("after a last answer nothing more is said or run") {
    Heir heir;
    const auto client =
        heir.adopt({.kind = Handover::Kind::answered, .keep_alive = false, .status = 502},
                   std::string(seen) + std::string(hello));
    CHECK(at_end(client));
    CHECK(heir.runs == 0);
    CHECK(heir.record().stage == ConnectionRecord::Stage::lingering);
    CHECK(heir.record().input.size == 0);
    CHECK(heir.say_to(client, hello).empty());
}

TEST_CASE("where nobody knows how long an answered request is, the connection ends in order") {
    Heir heir;
    for (const std::string_view bytes : {"", "POST /seen HT", "what?\r\n\r\n"}) {
        CAPTURE(bytes);
        const auto client =
            heir.adopt({.kind = Handover::Kind::answered, .status = 502}, std::string(bytes));
        CHECK(at_end(client));
    }
}

TEST_CASE("a connection that only waits for its client's end does so with the heir") {
    Heir heir;
    auto client = heir.adopt({.kind = Handover::Kind::linger});
    CHECK(at_end(client));
    CHECK(heir.record().stage == ConnectionRecord::Stage::lingering);
    CHECK(heir.say_to(client, hello).empty());
    client.reset();
    heir.worker.settle();
    CHECK(heir.worker.connections->size() == 1);
}

TEST_CASE("the heir's record goes on from what the kernel has counted") {
    Heir heir;
    auto pair = make_tcp_pair();
    send_all(pair.client, "GET /hello HTTP/1.1\r\n");
    CHECK(take_available(pair.server.get()).size() == 21);
    send_all(pair.server, "earlier");
    const auto client = heir.adopt({}, "GET /hello HTTP/1.1\r\n", std::move(pair));

    CHECK(heir.record().received == 21);
    CHECK(heir.record().sent == 7);
    CHECK(heir.record().input.size == 21);
    send_all(client, "Host: a\r\n\r\n");
    REQUIRE(heir.worker.until([&] { return heir.record().sent > 7; }));
    CHECK(heir.record().received == 32);
}

TEST_CASE("once adopted, a connection has no other account than its record") {
    Heir heir;
    AdoptionSocket socket;
    Arena arena;
    auto pair = make_socket_pair();
    REQUIRE(send_handover(socket.give.get(), {}, pair.server.get(), arena.fd(), Deadline::in(5s)));
    auto& pending_adoption = heir.worker.scoreboard.worker(0).line().pending_adoption;
    auto adoptee = receive_handover(socket.take.get(), pending_adoption);
    REQUIRE(adoptee);
    REQUIRE(pending_adoption.files());

    heir.worker.connections->adopt(std::move(*adoptee));

    CHECK_FALSE(pending_adoption.files());
    CHECK(heir.record().stage == ConnectionRecord::Stage::reading);
}
