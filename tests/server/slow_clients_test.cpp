#include "tests/support/server.h"
#include "tests/support/wait_until.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <fstream>
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

TEST_CASE("what a client does not read is not piled up in the kernel") {
    const Server server({.flags = {"--write-timeout", "500ms", "--access-logfile", "access.log",
                                   "--access-log-format", "%(U)s %(B)s;"},
                         .workers = 1});
    Client client(server.url(), 8192);
    client.send(get_request("/bytes/20000000"));

    REQUIRE(wait_until([&] { return contains(server.read("access.log"), ";"); }));

    const auto line = server.read("access.log");
    const auto taken = std::stoul(line.substr(line.find(' ')));
    CHECK(taken > 0);
    CHECK(taken < 1'000'000);
}

namespace {

/// What a process has for itself, in bytes.
std::uint64_t anonymous_memory(pid_t pid) {
    std::ifstream status("/proc/" + std::to_string(pid) + "/status");
    for (std::string line; std::getline(status, line);) {
        if (line.starts_with("RssAnon:")) return std::stoull(line.substr(8)) * 1024;
    }
    return UINT64_MAX;
}

}  // namespace

TEST_CASE("large responses to slow clients take disk space, not the worker's memory") {
    const Server server({.workers = 1});
    std::vector<Client> slow;
    for (int i = 0; i < 80; ++i) {
        slow.emplace_back(server.url(), 8192);
        slow.back().send(get_request("/bytes/8000000?seed=3", "Connection: close\r\n"));
    }
    for (auto& client : slow) REQUIRE(client.hears_within(patience));

    // 640 MB are on their way. A sanitizer keeps 256 MB of what was freed.
    CHECK(anonymous_memory(server.worker()) < 450'000'000);

    const auto reply = slow.back().read_reply();
    CHECK(reply.body == server.get("/bytes/8000000?seed=3").body);
}

namespace {

/// Reads 2 KB at a time, some 40 KB a second, for so long. False if the server ends the connection.
bool read_slowly(Client& client, std::chrono::milliseconds time) {
    const auto end = Clock::now() + time;
    while (Clock::now() < end) {
        if (client.read_some(2048).empty()) return false;
        std::this_thread::sleep_for(50ms);  // the pace
    }
    return true;
}

}  // namespace

TEST_CASE("a client that reads slowly but steadily is not given up at write_timeout") {
    for (const auto* const bind : {"127.0.0.1:0", "unix:curfew.sock"}) {
        for (const auto* const target : {"/bytes/20000000", "/stream/100000"}) {
            CAPTURE(bind);
            CAPTURE(target);
            // A Unix socket's buffer counts as read by pieces of some 30 KB.
            const Server server(
                {.flags = {"--write-timeout", "1500ms"}, .workers = 1, .bind = {bind}});
            Client client(server.url(), 8192);
            client.send(get_request(target));

            CHECK(read_slowly(client, 5s));
        }
    }
}

TEST_CASE("a connection is idle only once its client has got the response") {
    const Server server({.flags = {"--keep-alive", "500ms"}, .workers = 1});
    Client client(server.url(), 8192);
    client.send(get_request("/bytes/200000?seed=7"));
    const auto whole = Client(server).get("/bytes/200000?seed=7");
    const auto size = whole.head.size() + whole.body.size();

    for (std::size_t received = 0; received < size;) {
        const auto piece = client.read_some(std::min<std::size_t>(4096, size - received));
        REQUIRE(!piece.empty());
        received += piece.size();
        std::this_thread::sleep_for(30ms);  // the pace: 1.5 s for all of it
    }

    CHECK(client.get("/hello").status == 200);
}
