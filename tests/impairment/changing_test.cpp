#include "tests/impairment/path.h"
#include "tests/support/wait_until.h"

#include <doctest/doctest.h>

using namespace curfew::tests;
using namespace std::chrono_literals;

TEST_CASE("an open connection stalls, and goes on where it stopped") {
    Path path;
    path.server.send("before ");
    CHECK(path.client.read(7) == "before ");

    path.proxy.set("down stall 0");
    path.server.send("after");
    const bool heard = path.client.hears_within(a_while);
    path.proxy.clear("down stall");

    CHECK(!heard);
    CHECK(path.client.read(5) == "after");
}

TEST_CASE("bytes are counted from when the condition is set") {
    Path path;
    path.server.send("0123456789");
    CHECK(path.client.read(10) == "0123456789");

    path.proxy.set("down stall 3");
    path.server.send("abcdef");

    CHECK(path.client.read(3) == "abc");
    CHECK(!path.client.hears_within(a_while));
}

TEST_CASE("another condition does not start the count again") {
    Path path("down stall 3");
    path.server.send("abcdef");
    CHECK(path.client.read(3) == "abc");

    path.proxy.set("down latency 1ms");

    CHECK(!path.client.hears_within(a_while));
}

TEST_CASE("what is late for hours comes at once when the latency is lifted") {
    Path path("down latency 10h");
    path.server.send("patience");
    path.server.finish_sending();
    CHECK(!path.client.hears_within(a_while));

    path.proxy.clear();

    CHECK(path.client.read_all() == "patience");
}

TEST_CASE("a drip of an open connection becomes a stream") {
    Path path("down drip 1/1h");
    path.server.send("0123456789");
    CHECK(path.client.read(1) == "0");
    CHECK(!path.client.hears_within(a_while));

    path.proxy.set("down drip 4/1ms");

    CHECK(path.client.read(9) == "123456789");
}

TEST_CASE("a stalled connection ends once it is lifted, and is gone") {
    Path path("stall 0");
    path.client.finish_sending();
    path.server.finish_sending();
    CHECK(!path.client.hears_within(a_while));
    CHECK(path.proxy.connections() == 1);

    path.proxy.clear();

    CHECK(path.client.read_all().empty());
    CHECK(path.server.read_all().empty());
    CHECK(wait_until([&] { return path.proxy.connections() == 0; }));
}
