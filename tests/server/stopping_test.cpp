#include "tests/support/server.h"
#include "tests/support/wait_until.h"

#include <doctest/doctest.h>

#include <chrono>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <string>
#include <system_error>
#include <vector>

using namespace curfew;
using namespace curfew::tests;
using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;

namespace {

/// A request that runs until go_on() is called; returns once its handler has begun.
Client begin_waiting(const Server& server) {
    Client client(server);
    client.send(get_request("/wait/running"));
    REQUIRE(wait_until([&] { return std::filesystem::exists(server.directory() / "running"); }));
    return client;
}

void go_on(const Server& server) { std::ofstream(server.directory() / "running.go") << "go"; }

bool refuses_connections(const Server& server) {
    try {
        const Client client(server);
        return false;
    } catch (const std::system_error& error) {
        return error.code().value() == ECONNREFUSED;
    }
}

}  // namespace

TEST_CASE("SIGTERM lets a running request finish, which says that its connection ends") {
    const Server server({.app = test_app("routes")});
    auto running = begin_waiting(server);

    server.signal(SIGTERM);
    REQUIRE(server.logs("SIGTERM: stopping"));
    go_on(server);

    const auto reply = running.read_reply();
    CHECK(reply.status == 200);
    CHECK(reply.field("Connection") == "close");
    CHECK(running.closed());
    CHECK(server.exit_status() == 0);
}

TEST_CASE("a request that finishes in a thread after SIGTERM says that its connection ends") {
    const Server server({.flags = {"--threads", "2"}, .app = test_app("routes"), .workers = 1});
    auto running = begin_waiting(server);

    server.signal(SIGTERM);
    REQUIRE(server.logs("drains: told to finish"));
    go_on(server);

    const auto reply = running.read_reply();
    CHECK(reply.status == 200);
    CHECK(reply.body == "went on\n");
    CHECK(reply.field("Connection") == "close");
    CHECK(running.closed());
    CHECK(server.exit_status() == 0);
}

TEST_CASE("a kept connection may bring one more request after SIGTERM, which is its last") {
    const Server server({.workers = 1});
    Client kept(server);
    REQUIRE(kept.get("/hello").status == 200);

    server.signal(SIGTERM);
    REQUIRE(server.logs("drains: told to finish"));
    const auto reply = kept.get("/hello");

    CHECK(reply.status == 200);
    CHECK(reply.field("Connection") == "close");
    CHECK(kept.closed());
    CHECK(server.exit_status() == 0);
}

TEST_CASE("a request of which a part has arrived before SIGTERM is answered") {
    const Server server({.workers = 1});
    Client client(server);
    REQUIRE(client.get("/hello").status == 200);
    client.send(
        "POST /echo HTTP/1.1\r\nHost: test\r\nExpect: 100-continue\r\n"
        "Content-Length: 4\r\n\r\n");
    REQUIRE(client.read_reply().status == 100);

    server.signal(SIGTERM);
    REQUIRE(server.logs("drains: told to finish"));
    client.send("body");
    const auto reply = client.read_reply();

    CHECK(reply.status == 200);
    CHECK(reply.body.ends_with("body"));
    CHECK(reply.field("Connection") == "close");
    CHECK(server.exit_status() == 0);
}

TEST_CASE("what waits in the accept queue at SIGTERM is answered") {
    const Server server({.app = test_app("routes"), .workers = 1});
    auto running = begin_waiting(server);
    std::vector<Client> waiting;
    for (int i = 0; i < 10; ++i) {
        waiting.emplace_back(server);
        waiting.back().send(get_request("/pid"));
    }

    server.signal(SIGTERM);
    REQUIRE(server.logs("SIGTERM: stopping"));
    go_on(server);

    CHECK(running.read_reply().status == 200);
    for (auto& client : waiting) CHECK(client.read_reply().status == 200);
    CHECK(server.exit_status() == 0);
}

TEST_CASE("new connections are refused while the last requests finish") {
    const Server server({.flags = {"--threads", "2"}, .app = test_app("routes")});
    auto running = begin_waiting(server);

    server.signal(SIGTERM);

    CHECK(wait_until([&] { return refuses_connections(server); }));
    CHECK_FALSE(server.ended());
    go_on(server);
    CHECK(running.read_reply().status == 200);
    CHECK(server.exit_status() == 0);
}

TEST_CASE("a request that exceeds graceful_timeout after SIGTERM is killed") {
    const Server server({.flags = {"--graceful-timeout", "300ms"}, .app = test_app("routes")});
    auto running = begin_waiting(server);

    server.signal(SIGTERM);

    CHECK(running.read_reply().status == 503);
    CHECK(server.exit_status() == 0);
    CHECK(contains(server.log(), "killed: it did not finish within graceful_timeout"));
}

TEST_CASE("a request that exceeds its own limit after SIGTERM is killed") {
    const Server server({.flags = {"--timeout", "300ms"}, .app = test_app("routes")});
    auto running = begin_waiting(server);

    server.signal(SIGTERM);

    CHECK(running.read_reply().status == 504);
    CHECK(server.exit_status() == 0);
    CHECK(contains(server.log(), "harakiri: worker"));
}

TEST_CASE("SIGINT, SIGQUIT and a second SIGTERM stop at once") {
    for (const int signal : {SIGINT, SIGQUIT, SIGTERM}) {
        CAPTURE(signal);
        const Server server({.app = test_app("routes")});
        auto running = begin_waiting(server);
        if (signal == SIGTERM) {
            server.signal(SIGTERM);
            REQUIRE(server.logs("SIGTERM: stopping"));
        }

        server.signal(signal);

        CHECK(running.read_reply().status == 503);
        CHECK(server.exit_status() == 0);
        CHECK(contains(server.log(), "stopping at once"));
    }
}

TEST_CASE("a worker that still boots when the server stops is not waited for") {
    const Server server({.app = test_app("boots_slowly"), .workers = 1});
    const auto first = server.worker();
    server.signal(SIGHUP);
    REQUIRE(server.logs("SIGHUP: replacing the workers"));

    server.signal(SIGTERM);

    CHECK(server.exit_status() == 0);
    CHECK(contains(server.log_line("worker 2 (pid "), ") dismissed"));
    CHECK(contains(server.log(), "worker 1 (pid " + std::to_string(first) + ") finished"));
}

TEST_CASE("an idle server stops soon, though connections are kept") {
    const Server server({.flags = {"--keep-alive", "1h"}});
    Client kept(server);
    const Client silent(server);  // accepted only once it says something
    REQUIRE(kept.get("/hello").status == 200);

    const auto start = Clock::now();
    server.signal(SIGTERM);

    CHECK(server.exit_status() == 0);
    CHECK(Clock::now() - start < 10s);
    CHECK(kept.closed());
}
