#include "tests/support/server.h"

#include <doctest/doctest.h>

#include <chrono>
#include <string>

using namespace curfew::tests;
using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;

TEST_CASE("a connection brings as many requests as it likes") {
    const Server server;
    Client client(server);

    for (int i = 0; i < 20; ++i) {
        const auto reply = client.get("/hello");
        CHECK(reply.status == 200);
        CHECK_FALSE(reply.has("Connection"));
    }
}

TEST_CASE("a hundred requests in one write are answered in their order") {
    const Server server;
    Client client(server);
    std::string all;
    for (int i = 0; i < 100; ++i) {
        const auto number = std::to_string(i);
        all += i % 3 == 0 ? post_request("/echo?" + number, "body " + number)
                          : get_request("/echo?" + number);
    }

    client.send(all);

    for (int i = 0; i < 100; ++i) {
        CAPTURE(i);
        const auto number = std::to_string(i);
        const auto reply = client.read_reply();
        REQUIRE(reply.status == 200);
        CHECK(contains(reply.body, " /echo?" + number + "\n"));
        CHECK(reply.body.ends_with(i % 3 == 0 ? "\nbody " + number : "\n\n"));
    }
}

TEST_CASE("a hundred requests in one write are answered in their order by threads too") {
    const Server server({.flags = {"--threads", "4"}});
    Client client(server);
    std::string all;
    for (int i = 0; i < 100; ++i) all += get_request("/echo?" + std::to_string(i));

    client.send(all);

    for (int i = 0; i < 100; ++i) {
        CHECK(contains(client.read_reply().body, " /echo?" + std::to_string(i) + "\n"));
    }
}

TEST_CASE("pipelined requests that arrive byte by byte are answered in their order") {
    const Server server;
    Client client(server);

    for (const char byte : get_request("/echo?1") + post_request("/echo?2", "two")) {
        client.send({&byte, 1});
    }

    CHECK(contains(client.read_reply().body, "/echo?1"));
    CHECK(client.read_reply().body.ends_with("two"));
}

TEST_CASE("Connection: close is heeded, after the requests before it") {
    const Server server;
    Client client(server);

    client.send(get_request("/hello") + get_request("/hello", "Connection: close\r\n") +
                get_request("/hello"));

    CHECK_FALSE(client.read_reply().has("Connection"));
    CHECK(client.read_reply().field("Connection") == "close");
    CHECK(client.closed());
}

TEST_CASE("a response may be its connection's last") {
    const Server server({.app = test_app("routes")});
    Client client(server);

    client.send(get_request("/pid") + get_request("/last") + get_request("/pid"));

    CHECK(client.read_reply().status == 200);
    const auto last = client.read_reply();
    CHECK(last.body == "last\n");
    CHECK(last.field("Connection") == "close");
    CHECK(client.closed());
}

TEST_CASE("HTTP/1.0 closes unless it asks not to") {
    const Server server;
    Client plain(server);
    Client kept(server);

    plain.send("GET /hello HTTP/1.0\r\n\r\n");
    kept.send("GET /hello HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");

    CHECK(plain.read_reply().field("Connection") == "close");
    CHECK(plain.closed());
    CHECK(kept.read_reply().field("Connection") == "keep-alive");
    CHECK(kept.get("/hello").status == 200);
}

TEST_CASE("a connection without another request is closed after keep_alive, and not before") {
    const Server server({.flags = {"--keep-alive", "400ms"}});
    Client client(server);
    REQUIRE(client.get("/hello").status == 200);

    const auto start = Clock::now();
    CHECK(client.closed());

    CHECK(Clock::now() - start >= 350ms);
    CHECK_FALSE(client.was_reset());
}

TEST_CASE("keep_alive = 0 closes after each response") {
    const Server server({.flags = {"--keep-alive", "0"}});
    Client client(server);

    CHECK(client.get("/hello").field("Connection") == "close");
    CHECK(client.closed());
}

TEST_CASE("each request has its keep_alive anew") {
    const Server server({.flags = {"--keep-alive", "1s"}});
    Client client(server);

    const auto start = Clock::now();
    while (Clock::now() - start < 2s) REQUIRE(client.get("/delay/0.1").status == 200);

    CHECK(client.get("/hello").status == 200);
}
