#include "tests/support/server.h"

#include <doctest/doctest.h>

#include <string>

using namespace curfew::tests;

TEST_CASE("a client that has finished sending still gets its answer") {
    const Server server;
    for (const auto* const target : {"/hello", "/delay/0.2", "/stream/5?interval=50"}) {
        CAPTURE(target);
        Client client(server);
        client.send(get_request(target));
        client.finish_sending();

        const auto reply = client.read_reply();

        CHECK(reply.status == 200);
        CHECK(reply.whole);
        CHECK(client.closed());
    }
}

TEST_CASE("a client that has finished sending in the middle of a request is let go") {
    const Server server;
    Client client(server);

    client.send("POST /echo HTTP/1.1\r\nHost: test\r\nContent-Length: 10\r\n\r\nabc");
    client.finish_sending();

    CHECK_FALSE(client.read_reply().status == 200);
    CHECK(server.get("/hello").status == 200);
}

TEST_CASE("pipelined requests of a client that has finished sending are all answered") {
    const Server server;
    Client client(server);

    client.send(get_request("/delay/0.1") + get_request("/hello") + get_request("/hello"));
    client.finish_sending();

    for (int i = 0; i < 3; ++i) CHECK(client.read_reply().status == 200);
    CHECK(client.closed());
}

TEST_CASE("clients that go while their handler runs do no harm") {
    for (const auto* const threads : {"1", "4"}) {
        CAPTURE(threads);
        const Server server({.flags = {"--threads", threads}, .workers = 1});
        const auto pid = server.worker();

        for (int i = 0; i < 10; ++i) {
            Client(server).send(get_request("/delay/0.05"));
            Client resetting(server);
            resetting.send(get_request("/delay/0.05") + get_request("/hello"));
            resetting.reset();
        }

        CHECK(server.get("/hello").status == 200);
        CHECK(server.worker() == pid);
    }
}

TEST_CASE("clients that go while their response is written do no harm") {
    const Server server({.workers = 1});
    const auto pid = server.worker();

    for (const auto* const target : {"/bytes/20000000", "/stream/100000"}) {
        Client going(server.url(), 8192);
        going.send(get_request(target));
        CHECK_FALSE(going.read_some(100).empty());
        Client resetting(server.url(), 8192);
        resetting.send(get_request(target));
        CHECK_FALSE(resetting.read_some(100).empty());
        resetting.reset();
    }

    CHECK(server.get("/hello").status == 200);
    CHECK(server.worker() == pid);
}

TEST_CASE("the answer to an upload that is too large reaches a client that is still sending") {
    const Server server({.flags = {"--limit-request-body", "1000"}});
    const std::string megabyte(1'000'000, 'x');
    for (int i = 0; i < 5; ++i) {
        Client client(server);
        client.send("POST /echo HTTP/1.1\r\nHost: test\r\nContent-Length: 5000000\r\n\r\n");
        for (int sent = 0; sent < 5; ++sent) client.send(megabyte);

        const auto reply = client.read_reply();

        CHECK(reply.status == 413);
        CHECK(reply.whole);
        CHECK(client.closed());
    }
}
