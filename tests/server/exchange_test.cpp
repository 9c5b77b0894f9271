#include "tests/support/server.h"

#include <doctest/doctest.h>

#include <string>

using namespace curfew::tests;

TEST_CASE("a response says who, when, what and how much") {
    const Server server;

    const auto reply = server.get("/hello");

    CHECK(reply.field("Server") == "curfew");
    CHECK(reply.field("Date").ends_with(" GMT"));
    CHECK(reply.field("Date").size() == std::string("Sun, 06 Nov 1994 08:49:37 GMT").size());
    CHECK(reply.field("Content-Length") == "14");
    CHECK(reply.field("Content-Type").starts_with("text/plain"));
    CHECK_FALSE(reply.has("Transfer-Encoding"));
    CHECK(reply.body == "Hello, world!\n");
}

TEST_CASE("HEAD gets the head of GET and no body") {
    const Server server;
    Client client(server);

    client.send("HEAD /hello HTTP/1.1\r\nHost: test\r\n\r\n" +
                std::string("HEAD /stream/3 HTTP/1.1\r\nHost: test\r\n\r\n") +
                "HEAD /nowhere HTTP/1.1\r\nHost: test\r\n\r\n" + get_request("/hello"));

    const auto hello = client.read_reply(true);
    CHECK(hello.status == 200);
    CHECK(hello.field("Content-Length") == "14");
    CHECK(client.read_reply(true).field("Transfer-Encoding") == "chunked");
    CHECK(client.read_reply(true).status == 404);
    CHECK(client.read_reply().body == "Hello, world!\n");
}

TEST_CASE("statuses without a body have none, and the connection goes on") {
    const Server server;
    Client client(server);

    for (const auto* const status : {"204", "304"}) {
        const auto reply = client.get(std::string("/status/") + status);
        CHECK(std::to_string(reply.status) == status);
        CHECK_FALSE(reply.has("Content-Length"));
        CHECK_FALSE(reply.has("Transfer-Encoding"));
    }
    CHECK(client.get("/hello").body == "Hello, world!\n");
}

TEST_CASE("a target may be a whole URI") {
    const Server server;

    const auto reply = server.get("http://elsewhere.example:81/echo?a=1");

    CHECK(reply.status == 200);
    CHECK(reply.body.starts_with("GET http://elsewhere.example:81/echo?a=1\n"));
    CHECK(server.get("http://elsewhere.example").status == 200);
}

TEST_CASE("OPTIONS * names every method of the server") {
    const Server server;
    Client client(server);

    client.send("OPTIONS * HTTP/1.1\r\nHost: test\r\n\r\n");

    const auto reply = client.read_reply();
    CHECK(reply.status == 204);
    CHECK(contains(reply.field("Allow"), "GET"));
    CHECK(contains(reply.field("Allow"), "DELETE"));
}

TEST_CASE("a method that the route does not have is told which it has") {
    const Server server;
    Client client(server);

    client.send(post_request("/hello", "x"));
    const auto refused = client.read_reply();
    client.send("OPTIONS /hello HTTP/1.1\r\nHost: test\r\n\r\n");
    const auto options = client.read_reply();

    CHECK(refused.status == 405);
    CHECK(contains(refused.field("Allow"), "GET"));
    CHECK(options.status == 204);
    CHECK(options.field("Allow") == refused.field("Allow"));
}

TEST_CASE("a path is percent-decoded before it is matched") {
    const Server server;

    CHECK(server.get("/h%65llo").status == 200);
    CHECK(server.get("/status/%34%30%34").status == 404);
    CHECK(server.get("/hello%2F").status == 404);
    CHECK(server.get("/hello/").status == 404);
}

TEST_CASE("a stream is chunked in HTTP/1.1, piece by piece") {
    const Server server;
    Client client(server);

    client.send(get_request("/stream/3?interval=300"));
    const auto begun = client.hears_within(std::chrono::seconds(20));
    const auto reply = client.read_reply();

    CHECK(begun);
    CHECK(reply.field("Transfer-Encoding") == "chunked");
    CHECK_FALSE(reply.has("Content-Length"));
    CHECK(reply.whole);
    CHECK(reply.body == "{\"id\": 0}\n{\"id\": 1}\n{\"id\": 2}\n");
    CHECK(client.get("/hello").status == 200);
}

TEST_CASE("a long stream arrives whole and does not keep others waiting") {
    const Server server({.workers = 1});
    Client reader(server);
    reader.send(get_request("/stream/50000"));
    CHECK(server.get("/hello").status == 200);

    const auto reply = reader.read_reply();

    CHECK(reply.whole);
    CHECK(count(reply.body, "\n") == 50000);
}

TEST_CASE("a stream ends with the connection in HTTP/1.0") {
    const Server server;
    Client client(server);

    client.send("GET /stream/3 HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
    const auto reply = client.read_reply();

    CHECK_FALSE(reply.has("Transfer-Encoding"));
    CHECK(reply.field("Connection") == "close");
    CHECK(reply.whole);
    CHECK(reply.body == "{\"id\": 0}\n{\"id\": 1}\n{\"id\": 2}\n");
}

TEST_CASE("a stream that throws ends with a reset, not as if it were whole") {
    const Server server({.app = test_app("routes"), .workers = 1});
    const auto pid = server.worker();
    Client client(server);

    const auto reply = client.get("/broken-stream");

    CHECK(reply.status == 200);
    CHECK_FALSE(reply.whole);
    CHECK(client.was_reset());
    CHECK(server.logs("the stream threw: the stream was asked to throw this"));
    CHECK(server.worker() == pid);
}

TEST_CASE("a handler knows when its answer is due") {
    const Server server({.flags = {"--timeout", "20s"}, .app = test_app("routes")});

    const auto timeout = std::stoi(server.get("/deadline").body);
    const auto within = std::stoi(server.get("/deadline/within").body);

    const auto client = std::stoi(server.get("/deadline", "Request-Timeout: 0.3\r\n").body);
    CHECK(client <= 300);
    CHECK(timeout > 5'000);
    CHECK(timeout <= 20'000);
    CHECK(within <= 200);
}
