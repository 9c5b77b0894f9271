#include "tests/impairment/path.h"
#include "tests/support/wait_until.h"

#include <doctest/doctest.h>

#include <system_error>

using namespace curfew::tests;
using namespace std::chrono_literals;

// Timers may be some milliseconds early or late: the bounds are wide.

TEST_CASE("latency is spent on every way") {
    Path path("latency 100ms");

    const auto round_trip = time_of([&] {
        path.client.send("ping");
        path.server.send(path.server.read(4));
        (void)path.client.read(4);
    });

    CHECK(round_trip > 180ms);
    CHECK(round_trip < 10s);
}

TEST_CASE("a condition of one direction leaves the other alone") {
    Path path("up latency 1h");

    path.client.send("late");
    path.server.send("soon");

    CHECK(path.client.read(4) == "soon");
    CHECK(!path.server.hears_within(a_while));
}

TEST_CASE("jitter keeps the order") {
    Path path("up latency 10ms jitter 10ms");
    std::string sent;

    for (int i = 0; i < 300; ++i) {
        const auto piece = std::to_string(i) + ' ';
        path.client.send(piece);
        sent += piece;
    }
    path.client.finish_sending();

    CHECK(path.server.read_all() == sent);
}

TEST_CASE("bandwidth stretches a transfer") {
    Path path("down bandwidth 10k");

    const auto time = time_of([&] {
        path.server.send(std::string(6 * 1024, 'x'));
        CHECK(path.client.read(6 * 1024).size() == 6 * 1024);
    });

    CHECK(time > 400ms);
    CHECK(time < 10s);
}

TEST_CASE("a drip comes byte by byte") {
    Path path("down drip 1/20ms");

    path.server.send("0123456789");
    path.server.finish_sending();
    std::string first;
    const auto time = time_of([&] {
        first = path.client.read_some();
        CHECK(first + path.client.read_all() == "0123456789");
    });

    CHECK(first == "0");
    CHECK(time > 150ms);
    CHECK(time < 10s);
}

TEST_CASE("a stall is silence on an open connection") {
    Path path("down stall 5");

    path.server.send("0123456789");
    path.server.finish_sending();
    path.client.send("still there?");

    CHECK(path.client.read(5) == "01234");
    CHECK(!path.client.hears_within(a_while));
    CHECK(path.server.read(12) == "still there?");
}

TEST_CASE("latency and drip add up") {
    Path path("down latency 100ms drip 2/20ms");

    path.server.send("0123456789");
    const auto time = time_of([&] { CHECK(path.client.read(10) == "0123456789"); });

    CHECK(time > 150ms);
    CHECK(time < 10s);
}

TEST_CASE("a reset after so many bytes reaches both ends") {
    Path path("down reset 5");

    path.server.send("0123456789");

    CHECK(path.client.read_all() == "01234");
    CHECK(path.client.was_reset());
    CHECK(path.server.read_all().empty());
    CHECK(path.server.was_reset());
}

TEST_CASE("the bytes before a reset arrive even if their receiver is slow") {
    Path path("down reset 1000k");

    path.server.send(std::string(1000 * 1024, 'x'));
    (void)path.client.read(1);
    (void)path.server.hears_within(a_while);

    CHECK(path.client.read_all().size() == 1000 * 1024 - 1);
    CHECK(path.client.was_reset());
}

TEST_CASE("a reset at once meets open connections and new ones") {
    Path path;

    path.proxy.set("reset 0");
    auto late = Peer::connect(path.proxy.port());

    CHECK(path.client.read_all().empty());
    CHECK(path.client.was_reset());
    CHECK(path.server.read_all().empty());
    CHECK(path.server.was_reset());
    CHECK(late.read_all().empty());
    CHECK(late.was_reset());
}

TEST_CASE("in a slow close the bytes are there long before the end") {
    Path path("down slow-close 300ms");

    path.server.send("all");
    path.server.finish_sending();
    const auto bytes = path.client.read(3);
    const auto time = time_of([&] { CHECK(path.client.read_all().empty()); });

    CHECK(bytes == "all");
    CHECK(time > 200ms);
    CHECK(time < 10s);
}

TEST_CASE("a client in a black hole is connected, but the server hears of it only afterwards") {
    Listener listener;
    Impaired proxy(listener.port(), "black-hole");

    auto client = Peer::connect(proxy.port());
    client.send("hello?");
    const bool answered = client.hears_within(a_while);
    const bool noticed = listener.has_client_within(0ms);
    proxy.clear();

    CHECK(!answered);
    CHECK(!noticed);
    CHECK(listener.accept().read(6) == "hello?");
}

TEST_CASE("a black hole swallows ends and resets of open connections until it is lifted") {
    Path path;

    path.proxy.set("black-hole");
    path.client.send("a");
    path.client.finish_sending();
    path.server.send("b");
    path.server.reset();
    const bool heard = path.client.hears_within(a_while);
    path.proxy.clear("black-hole");

    CHECK(!heard);
    CHECK(path.client.read_all() == "b");
    CHECK(path.client.was_reset());
}

TEST_CASE("new clients are refused, the port stays, and open connections do not notice") {
    Path path;

    path.proxy.set("refuse");
    CHECK_THROWS_AS(Peer::connect(path.proxy.port()), std::system_error);
    path.client.send("still here");
    const auto received = path.server.read(10);
    path.proxy.clear("refuse");
    auto later = Peer::connect(path.proxy.port());
    later.send("me too");

    CHECK(received == "still here");
    CHECK(path.listener.accept().read(6) == "me too");
}

TEST_CASE("refused from the start, accepted later, and nobody takes the port meanwhile") {
    Listener listener;
    Impaired proxy(listener.port(), "refuse");

    CHECK_THROWS_AS(Peer::connect(proxy.port()), std::system_error);
    CHECK_THROWS_AS(Listener(proxy.port()), std::system_error);
    proxy.clear();

    auto client = Peer::connect(proxy.port());
    client.send("x");
    CHECK(listener.accept().read(1) == "x");
}
