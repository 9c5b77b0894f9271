#include "tests/support/server.h"

#include <doctest/doctest.h>

#include <string>

using namespace curfew::tests;

namespace {

std::string fields(int number) {
    std::string text;
    for (int i = 0; i < number; ++i) text += "X-" + std::to_string(i) + ": 1\r\n";
    return text;
}

}  // namespace

TEST_CASE("a body that is announced too large is refused with 413") {
    const Server server({.flags = {"--limit-request-body", "1000"}});
    Client at_limit(server);
    Client beyond(server);

    at_limit.send(post_request("/echo", std::string(1000, 'x')));
    beyond.send("POST /echo HTTP/1.1\r\nHost: test\r\nContent-Length: 1001\r\n\r\n");

    CHECK(at_limit.read_reply().status == 200);
    CHECK(beyond.read_reply().status == 413);
    CHECK(beyond.closed());
}

TEST_CASE("a body that turns out too large is refused with 413") {
    const Server server({.flags = {"--limit-request-body", "1000"}});
    Client client(server);

    client.send("POST /echo HTTP/1.1\r\nHost: test\r\nTransfer-Encoding: chunked\r\n\r\n");
    client.send("3e8\r\n" + std::string(1000, 'x') + "\r\n1\r\nx\r\n");

    CHECK(client.read_reply().status == 413);
    CHECK(client.closed());
}

TEST_CASE("chunks that carry more beside the body than in it are refused with 413") {
    const Server server;
    Client client(server);

    client.send("POST /echo HTTP/1.1\r\nHost: test\r\nTransfer-Encoding: chunked\r\n\r\n");
    client.send("1;" + std::string(20'000, 'e') + "\r\nx\r\n0\r\n\r\n");

    CHECK(client.read_reply().status == 413);
}

TEST_CASE("a request line that is too long is refused with 414, at the limit not") {
    const Server server({.flags = {"--limit-request-line", "200"}});
    const auto target = [](std::size_t line) {
        return "/hello?" + std::string(line - std::string("GET /hello? HTTP/1.1").size(), 'q');
    };

    CHECK(server.get(target(200)).status == 200);
    CHECK(server.get(target(201)).status == 414);
}

TEST_CASE("a request line without an end is refused as soon as it is too long") {
    const Server server;
    Client client(server);

    client.send("GET /" + std::string(9000, 'x'));

    CHECK(client.read_reply().status == 414);
}

TEST_CASE("a request line of 8,000 octets is served by default") {
    const Server server;
    const std::string rest = "GET /hello? HTTP/1.1";

    CHECK(server.get("/hello?" + std::string(8000 - rest.size(), 'q')).status == 200);
}

TEST_CASE("a method that is too long is an unknown one") {
    const Server server;
    for (const std::size_t length : {100U, 10'000U}) {
        Client client(server);
        client.send(std::string(length, 'X') + " / HTTP/1.1\r\nHost: a\r\n\r\n");
        CHECK(client.read_reply().status == 501);
    }
}

TEST_CASE("a field that is too large is refused with 431, at the limit not") {
    const Server server({.flags = {"--limit-request-field-size", "100"}});

    CHECK(server.get("/hello", "X: " + std::string(97, 'x') + "\r\n").status == 200);
    CHECK(server.get("/hello", "X: " + std::string(98, 'x') + "\r\n").status == 431);
}

TEST_CASE("too many fields are refused with 431, at the limit not") {
    const Server server({.flags = {"--limit-request-fields", "10"}});

    // Host and Connection are two of them.
    CHECK(server.get("/hello", fields(8)).status == 200);
    CHECK(server.get("/hello", fields(9)).status == 431);
}

TEST_CASE("trailers have the limits of a head") {
    const Server server({.flags = {"--limit-request-fields", "10"}});
    Client client(server);

    client.send("POST /echo HTTP/1.1\r\nHost: test\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n" +
                fields(11) + "\r\n");

    CHECK(client.read_reply().status == 431);
}

TEST_CASE("a large response arrives whole") {
    const Server server;

    const auto reply = server.get("/bytes/10000000?seed=1");

    CHECK(reply.whole);
    CHECK(reply.body.size() == 10'000'000);
}
