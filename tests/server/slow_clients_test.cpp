#include "tests/support/server.h"
#include "tests/support/wait_until.h"

#include <doctest/doctest.h>

#include <chrono>
#include <string>
#include <thread>
#include <vector>

using namespace curfew;
using namespace curfew::tests;
using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;

TEST_CASE("a head that does not arrive in time is answered 408") {
    const Server server({.flags = {"--header-timeout", "300ms"}});
    Client client(server);
    client.send("GET /hello HT");

    const auto start = Clock::now();
    const auto reply = client.read_reply();

    CHECK(reply.status == 408);
    CHECK(Clock::now() - start >= 200ms);
    CHECK(client.closed());
}

TEST_CASE("a head that never ends is answered 408, however steadily it arrives") {
    const Server server({.flags = {"--header-timeout", "300ms"}});
    Client client(server);

    client.send("GET /hello HTTP/1.1\r\nHost: test\r\n");
    while (!client.hears_within(20ms)) client.send("X: 1\r\n");

    CHECK(client.read_reply().status == 408);
}

TEST_CASE("a second request's head has its own time") {
    const Server server({.flags = {"--header-timeout", "300ms", "--keep-alive", "20s"}});
    Client client(server);
    REQUIRE(client.get("/hello").status == 200);

    client.send("GET /hello HT");

    CHECK(client.read_reply().status == 408);
}

TEST_CASE("a connection that says nothing is closed without an answer") {
    const Server server({.flags = {"--header-timeout", "300ms"}});
    Client client(server);

    CHECK(client.closed());
    CHECK_FALSE(client.was_reset());
}

TEST_CASE("a body that arrives too slowly is answered 408") {
    const Server server({.flags = {"--body-timeout", "300ms", "--body-min-rate", "10k"}});
    Client client(server);

    client.send("POST /echo HTTP/1.1\r\nHost: test\r\nContent-Length: 100000\r\n\r\n");
    while (!client.hears_within(10ms)) client.send("x");

    CHECK(client.read_reply().status == 408);
    CHECK(client.closed());
}

TEST_CASE("a body that does not go on is answered 408, though any rate would do") {
    const Server server({.flags = {"--body-timeout", "300ms", "--body-min-rate", "0"}});
    Client client(server);

    client.send("POST /echo HTTP/1.1\r\nHost: test\r\nContent-Length: 100\r\n\r\nx");

    CHECK(client.read_reply().status == 408);
}

TEST_CASE("a long upload at a steady pace passes") {
    const Server server({.flags = {"--body-timeout", "500ms", "--body-min-rate", "100"}});
    Client client(server);
    const std::string piece(500, 'x');

    client.send("POST /echo HTTP/1.1\r\nHost: test\r\nContent-Length: 15000\r\n\r\n");
    for (int i = 0; i < 30; ++i) {
        CHECK_FALSE(client.hears_within(60ms));  // the pace: 1.8 s in all
        client.send(piece);
    }

    CHECK(client.read_reply().status == 200);
}

TEST_CASE("five hundred clients that dribble do not cost another its answer, and get theirs") {
    const Server server({.flags = {"--header-timeout", "10m"}});
    const auto request = get_request("/hello");
    std::vector<Client> slow;
    for (int i = 0; i < 500; ++i) slow.emplace_back(server);

    for (std::size_t i = 0; i < request.size() - 1; ++i) {
        for (auto& client : slow) client.send({&request[i], 1});
        if (i % 8 != 0) continue;
        const auto start = Clock::now();
        CHECK(server.get("/hello").status == 200);
        CHECK(Clock::now() - start < 5s);
    }

    for (auto& client : slow) client.send({&request.back(), 1});
    int answered = 0;
    for (auto& client : slow) answered += client.read_reply().status == 200 ? 1 : 0;
    CHECK(answered == 500);
}

TEST_CASE("a response that its client takes slowly arrives whole, and keeps nobody waiting") {
    const Server server({.workers = 1});
    Client slow(server.url(), 8192);
    slow.send(get_request("/bytes/10000000?seed=7", "Connection: close\r\n"));

    std::string received;
    int others = 0;
    while (true) {
        const auto piece = slow.read_some(100'000);
        if (piece.empty()) break;
        received += piece;
        if (others < 10) others += server.get("/hello").status == 200 ? 1 : 0;
    }

    CHECK(others == 10);
    const auto expected = server.get("/bytes/10000000?seed=7").body;
    CHECK(received.size() > expected.size());
    CHECK(received.ends_with(expected));
}

TEST_CASE("a client that never reads is given up after write_timeout") {
    const Server server({.flags = {"--write-timeout", "300ms", "--access-logfile", "access.log",
                                   "--access-log-format", "%(U)s %(B)s"},
                         .workers = 1});
    Client client(server.url(), 8192);
    client.send(get_request("/bytes/50000000"));

    CHECK(wait_until([&] { return contains(server.read("access.log"), "/bytes/50000000 "); }));

    CHECK_FALSE(client.read_reply().whole);
    CHECK(server.get("/hello").status == 200);
}
