#include "tests/support/server.h"

#include <doctest/doctest.h>

#include <string>

using namespace curfew::tests;

namespace {

constexpr const char* chunked_head =
    "POST /echo HTTP/1.1\r\nHost: test\r\nTransfer-Encoding: chunked\r\n\r\n";

std::string body_of(const Reply& echo) { return echo.body.substr(echo.body.find("\n\n") + 2); }

}  // namespace

TEST_CASE("a body with a length arrives whole, whatever its size") {
    const Server server;
    Client client(server);

    for (const std::size_t size : {0, 1, 4095, 4096, 4097, 1'000'000}) {
        CAPTURE(size);
        std::string body(size, 'x');
        if (size > 0) body.back() = '!';
        client.send(post_request("/echo", body));
        const auto reply = client.read_reply();
        REQUIRE(reply.status == 200);
        CHECK(body_of(reply) == body);
    }
}

TEST_CASE("a chunked body arrives without its framing") {
    const Server server;
    Client client(server);

    client.send(std::string(chunked_head) + "5\r\nhello\r\n7;ext=1\r\n, world\r\n0\r\n\r\n" +
                get_request("/hello"));

    CHECK(body_of(client.read_reply()) == "hello, world");
    CHECK(client.read_reply().body == "Hello, world!\n");
}

TEST_CASE("a chunked body that arrives byte by byte is the same") {
    const Server server;
    Client client(server);

    for (const char byte :
         std::string(chunked_head) + "5\r\nhello\r\n1\r\n!\r\n0\r\nA: b\r\n\r\n") {
        client.send({&byte, 1});
    }

    CHECK(body_of(client.read_reply()) == "hello!");
}

TEST_CASE("a body of many chunks arrives whole") {
    const Server server;
    Client client(server);
    std::string body;
    std::string wire = chunked_head;
    for (int i = 0; i < 20'000; ++i) {
        const auto piece = std::to_string(i % 10);
        body += piece;
        wire += "1\r\n" + piece + "\r\n";
    }

    client.send(wire + "0\r\n\r\n");

    CHECK(body_of(client.read_reply()) == body);
}

TEST_CASE("trailers are dropped: they are no fields of the request") {
    const Server server;
    Client client(server);

    client.send(std::string(chunked_head) +
                "2\r\nhi\r\n0\r\nX-Trailer: evil\r\nHost: other\r\n\r\n");
    const auto reply = client.read_reply();

    CHECK(body_of(reply) == "hi");
    CHECK_FALSE(contains(reply.body, "evil"));
    CHECK_FALSE(contains(reply.body, "other"));
    CHECK(client.get("/hello").status == 200);
}

TEST_CASE("a client that asks before it sends its body is told to go on, once") {
    const Server server;
    Client client(server);

    client.send(
        "POST /echo HTTP/1.1\r\nHost: test\r\nExpect: 100-continue\r\n"
        "Content-Length: 5\r\n\r\n");
    const auto interim = client.read_reply();
    client.send("hello");
    const auto reply = client.read_reply();

    CHECK(interim.head == "HTTP/1.1 100 Continue\r\n\r\n");
    CHECK(reply.status == 200);
    CHECK(body_of(reply) == "hello");
}

TEST_CASE("a client that does not wait for the answer to its question is not told to go on") {
    const Server server;
    Client client(server);

    client.send(post_request("/echo", "hello", "Expect: 100-continue\r\n"));

    CHECK(client.read_reply().status == 200);
}

TEST_CASE("a client that asks to send too much is refused before it does") {
    const Server server({.flags = {"--limit-request-body", "100"}});
    Client client(server);

    client.send(
        "POST /echo HTTP/1.1\r\nHost: test\r\nExpect: 100-continue\r\n"
        "Content-Length: 101\r\n\r\n");

    CHECK(client.read_reply().status == 413);
}

TEST_CASE("an unknown expectation is refused") {
    const Server server;

    CHECK(server.get("/hello", "Expect: miracles\r\n").status == 417);
}

TEST_CASE("the body of a request that no route wants is read over") {
    const Server server;
    Client client(server);

    client.send(post_request("/nowhere", std::string(100'000, 'x')) + get_request("/hello"));

    CHECK(client.read_reply().status == 404);
    CHECK(client.read_reply().status == 200);
}

TEST_CASE("what is refused whatever its body is, is refused before that is sent") {
    const Server server;
    struct Case {
        std::string target;
        int status;
    };
    for (const auto& [target, status] : {Case{"/nowhere", 404}, Case{"/hello", 405}}) {
        for (const std::string fields : {"Expect: 100-continue\r\nContent-Length: 5\r\n",
                                         "Expect: 100-continue\r\nTransfer-Encoding: chunked\r\n",
                                         "Content-Length: 3000000\r\n"}) {
            CAPTURE(target);
            CAPTURE(fields);
            Client client(server);
            client.send("POST " + target + " HTTP/1.1\r\nHost: test\r\n" + fields + "\r\n");

            const auto reply = client.read_reply();
            CHECK(reply.status == status);
            CHECK(reply.field("Connection") == "close");
            CHECK(reply.has("X-Request-Id"));
        }
    }
}

TEST_CASE("a client that sends its large body all the same reads the refusal") {
    const Server server;
    const std::string body(3'000'000, 'x');
    for (const bool in_chunks : {false, true}) {
        Client client(server);
        if (in_chunks) {
            client.send(
                "POST /nowhere HTTP/1.1\r\nHost: test\r\nTransfer-Encoding: chunked\r\n\r\n");
            client.send("2dc6c0\r\n" + body + "\r\n0\r\n\r\n");
        } else {
            client.send(post_request("/nowhere", body));
        }
        CHECK(client.read_reply().status == 404);
        CHECK_FALSE(client.was_reset());
    }
}

TEST_CASE("a small body that nobody wants costs no connection") {
    const Server server;
    Client client(server);
    const auto request = post_request("/nowhere", "hello");

    client.send(request.substr(0, request.size() - 5));
    client.send(request.substr(request.size() - 5));

    const auto reply = client.read_reply();
    CHECK(reply.status == 404);
    CHECK(reply.field("Connection") != "close");
    CHECK(client.get("/hello").status == 200);
}
