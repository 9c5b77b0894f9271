#include "tests/support/server.h"

#include <doctest/doctest.h>

#include <string>
#include <vector>

using namespace curfew::tests;
using namespace std::string_literals;

namespace {

struct Bad {
    int status;
    std::string bytes;
};

/// What two readers could understand differently, or nobody should send (RFC 9112).
const std::vector<Bad>& bad_requests() {
    static const std::vector<Bad> all = {
        // Length: sections 6.1 to 6.3.
        {400,
         "POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n"
         "\r\n0\r\n\r\n"},
        {400,
         "POST /echo HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\nContent-Length: 3\r\n"
         "\r\n0\r\n\r\n"},
        {400,
         "POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\nContent-Length: 4\r\n\r\nabc"},
        {400, "POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 3, 4\r\n\r\nabc"},
        {400, "POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: -3\r\n\r\nabc"},
        {400, "POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: +3\r\n\r\nabc"},
        {400, "POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 3x\r\n\r\nabc"},
        {400, "POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: \r\n\r\nabc"},
        {400, "POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 99999999999999999999\r\n\r\n"},
        {400, "POST /echo HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked, chunked\r\n\r\n"},
        {400, "POST /echo HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: \r\n\r\n"},
        {400, "POST /echo HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"},
        {501, "POST /echo HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: gzip\r\n\r\n"},
        {501, "POST /echo HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: gzip, chunked\r\n\r\n"},
        // Chunks: section 7.1.
        {400, "POST /echo HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nx\r\n\r\n"},
        {400, "POST /echo HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n-1\r\n\r\n"},
        {400,
         "POST /echo HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"
         "fffffffffffffffff\r\n\r\n"},
        {400, "POST /echo HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nabc\r\n"},
        {400, "POST /echo HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n2\nab\r\n"},
        {400,
         "POST /echo HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n0\r\nA b: c\r\n\r\n"},
        {400,
         "POST /echo HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n0\r\nA: b\n\r\n"},
        // Host: section 3.2.
        {400, "GET /hello HTTP/1.1\r\n\r\n"},
        {400, "GET /hello HTTP/1.1\r\nHost: a\r\nHost: a\r\n\r\n"},
        {400, "GET /hello HTTP/1.1\r\nHost: a b\r\n\r\n"},
        {400, "GET /hello HTTP/1.1\r\nHost: a/b\r\n\r\n"},
        // Lines and fields: sections 2.2 and 5.
        {400, "GET /hello HTTP/1.1\nHost: a\n\n"},
        {400, "GET /hello HTTP/1.1\r\nHost: a\r\nX: 1\n\r\n"},
        {400, "GET /hello HTTP/1.1\r\nHost: a\r\nX: 1\rY: 2\r\n\r\n"},
        {400, "GET /hello HTTP/1.1\r\nHost: a\r\nX : 1\r\n\r\n"},
        {400, "GET /hello HTTP/1.1\r\nHost: a\r\nX Y: 1\r\n\r\n"},
        {400, "GET /hello HTTP/1.1\r\nHost: a\r\nX: 1\r\n folded\r\n\r\n"},
        {400, "GET /hello HTTP/1.1\r\n Host: a\r\n\r\n"},
        {400, "GET /hello HTTP/1.1\r\nHost: a\r\n: 1\r\n\r\n"},
        {400, "GET /hello HTTP/1.1\r\nHost: a\r\nno colon\r\n\r\n"},
        {400, "GET /hello HTTP/1.1\r\nHost: a\r\nX: 1\0002\r\n\r\n"s},
        {400, "GET /hello HTTP/1.1\r\nHost: a\r\nX: 1\0012\r\n\r\n"s},
        {400, "GET /hello HTTP/1.1\r\nHost: a\r\nX\0: 1\r\n\r\n"s},
        // Request line: section 3.
        {400, "GET  /hello HTTP/1.1\r\nHost: a\r\n\r\n"},
        {400, "GET /hello  HTTP/1.1\r\nHost: a\r\n\r\n"},
        {400, "GET /hello HTTP/1.1 \r\nHost: a\r\n\r\n"},
        {400, " GET /hello HTTP/1.1\r\nHost: a\r\n\r\n"},
        {400, "GET /hel lo HTTP/1.1\r\nHost: a\r\n\r\n"},
        {400, "GET /hello\r\n\r\n"},
        {400, "GET /hello\tHTTP/1.1\r\nHost: a\r\n\r\n"},
        {400, "GET hello HTTP/1.1\r\nHost: a\r\n\r\n"},
        {400, "GET * HTTP/1.1\r\nHost: a\r\n\r\n"},
        {400, "GET /hello#top HTTP/1.1\r\nHost: a\r\n\r\n"},
        {400, "GET /%zz HTTP/1.1\r\nHost: a\r\n\r\n"},
        {400, "GET /a%00b HTTP/1.1\r\nHost: a\r\n\r\n"},
        {400, "GET /\"quoted\" HTTP/1.1\r\nHost: a\r\n\r\n"},
        {400, "G(T /hello HTTP/1.1\r\nHost: a\r\n\r\n"},
        {400, "GET /hello http/1.1\r\nHost: a\r\n\r\n"},
        {400, "\x16\x03\x01\x02\r\n\r\n"},
        {501, "FROBNICATE /hello HTTP/1.1\r\nHost: a\r\n\r\n"},
        {501, "CONNECT a:443 HTTP/1.1\r\nHost: a:443\r\n\r\n"},
        {505, "GET /hello HTTP/2.0\r\nHost: a\r\n\r\n"},
        {505, "GET /hello HTTP/0.9\r\n\r\n"},
        {505, "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"},
    };
    return all;
}

void check_refused(const Bad& bad, const Reply& reply, Client& client) {
    CAPTURE(bad.bytes);
    CHECK(reply.status == bad.status);
    CHECK(reply.whole);
    CHECK(reply.field("Connection") == "close");
    CHECK(reply.has("X-Request-Id"));
    CHECK(client.closed());
    CHECK_FALSE(client.was_reset());
}

}  // namespace

TEST_CASE("a request that is not beyond dispute is refused once, and the connection closed") {
    const Server server;
    for (const auto& bad : bad_requests()) {
        Client client(server);
        client.send(bad.bytes + get_request("/hello"));
        const auto reply = client.read_reply();
        check_refused(bad, reply, client);
    }
    CHECK(server.get("/hello").status == 200);
}

TEST_CASE("a good request before a bad one is answered") {
    const Server server;
    for (const auto& bad : bad_requests()) {
        CAPTURE(bad.bytes);
        Client client(server);
        client.send(get_request("/hello") + bad.bytes + get_request("/hello"));
        CHECK(client.read_reply().status == 200);
        const auto reply = client.read_reply();
        check_refused(bad, reply, client);
    }
}

TEST_CASE("a HEAD that is refused is answered without a body") {
    const Server server({.flags = {"--header-timeout", "300ms"}});
    for (const std::string bytes : {
             "HEAD /hello HTTP/3.7\r\n\r\n", "HEAD /hel lo HTTP/1.1\r\nHost: a\r\n\r\n",
             "HEAD /hello HTTP/1.1\r\n\r\n", "HEAD /hello HTTP/1.1\r\nHost: a\nX: b\r\n\r\n",
             "HEAD /hello HTTP/1.1\r\nHost: a\r\nContent-Length: x\r\n\r\n",
             "HEAD /hello HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nx\r\n",
             "HEAD /hello HTTP/1.1\r\nHost: a\r\n",  // and nothing more in time
         }) {
        CAPTURE(bytes);
        Client client(server);
        client.send(bytes);
        const auto reply = client.read_reply(true);
        CHECK(reply.status >= 400);
        CHECK(client.closed());
    }
}

TEST_CASE("what is allowed though rare is served") {
    const Server server;
    for (const auto* const request : {
             "\r\n\r\nGET /hello HTTP/1.1\r\nHost: a\r\n\r\n",
             "GET /hello HTTP/1.1\r\nHost:a\r\n\r\n",
             "GET /hello HTTP/1.1\r\nHost: \t a \t \r\n\r\n",
             "GET /hello HTTP/1.1\r\nhOsT: [::1]:8000\r\nX:\r\nX: \x80\xff\r\n\r\n",
             "GET /hello?q=[1]&r=%zz HTTP/1.1\r\nHost: a\r\n\r\n",
             "GET /hello?{a:1}|^` HTTP/1.1\r\nHost: a\r\n\r\n",
             "POST /echo HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"
             "5;a=b;c=\"d e\"\r\nhello\r\n0;f\r\n\r\n",
             "GET /hello HTTP/1.1\r\nHost: a\r\nUpgrade: websocket\r\nConnection: upgrade\r\n\r\n",
             "GET /hello HTTP/1.0\r\n\r\n",
             "GET /hello HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nabc",
         }) {
        CAPTURE(request);
        Client client(server);
        client.send(request);
        CHECK(client.read_reply().status == 200);
    }
}
