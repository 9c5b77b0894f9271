#include "tests/support/server.h"
#include "tests/support/wait_until.h"

#include <doctest/doctest.h>

#include <csignal>
#include <string>
#include <thread>
#include <vector>

using namespace curfew;
using namespace curfew::tests;
using namespace std::chrono_literals;

namespace {

/// A short limit, and workers that answer nothing but what a test asks.
Server short_tempered(std::vector<std::string> flags = {}, std::vector<std::string> bind = {}) {
    Setup setup{
        .flags = std::move(flags),
        .config =
            "[[route]]\npattern = \"/delay/:seconds\"\nharakiri = \"300ms\"\n"
            "[[route]]\npattern = \"/stream/:n\"\nharakiri = \"300ms\"\n",
    };
    if (!bind.empty()) setup.bind = std::move(bind);
    return Server(std::move(setup));
}

void kill_workers(const Server& server, std::size_t count) {
    for (const pid_t pid : server.workers(count)) ::kill(pid, SIGKILL);
}

}  // namespace

TEST_CASE("a request over its limit is answered 504, and its connection goes on") {
    const Server server = short_tempered();
    Client client(server);

    const auto late = client.get("/delay/9", "X-Request-Id: late-1\r\n");

    CHECK(late.status == 504);
    CHECK(late.whole);
    CHECK(late.field("Retry-After") == "1");
    CHECK(late.field("Curfew-Limit") == "timeout=300ms");
    CHECK(late.field("X-Request-Id") == "late-1");
    CHECK(late.field("Content-Type").starts_with("text/plain"));
    CHECK(contains(late.body, "504 Gateway Timeout\n"));
    CHECK(contains(late.body, "late-1"));
    CHECK(client.get("/hello").status == 200);
    CHECK(client.get("/delay/9").status == 504);
    CHECK(client.get("/hello").status == 200);
}

TEST_CASE("a client that would rather have JSON gets a problem") {
    const Server server = short_tempered();

    const auto late =
        server.get("/delay/9", "X-Request-Id: late-2\r\nAccept: application/json, */*;q=0.1\r\n");

    CHECK(late.status == 504);
    CHECK(late.field("Content-Type") == "application/problem+json");
    CHECK(late.body == R"({"type":"about:blank","title":"Gateway Timeout","status":504,)"
                       R"("detail":"the request exceeded its limit","request_id":"late-2",)"
                       R"("limit":"timeout","limit_ms":300})"
                       "\n");
}

TEST_CASE("a request whose worker dies is answered 502, however it dies") {
    const Server server({.flags = {"--slow-request-limit", "20ms"}});
    Client client(server);

    for (const std::string target : {"/crash/segv", "/crash/abort", "/crash/exit"}) {
        CAPTURE(target);
        const auto reply = client.get(target, "X-Request-Id: fatal-1\r\n");
        CHECK(reply.status == 502);
        CHECK(reply.whole);
        CHECK(reply.field("Retry-After") == "1");
        CHECK(reply.field("X-Request-Id") == "fatal-1");
        CHECK_FALSE(reply.has("Curfew-Limit"));
    }
    client.send(get_request("/delay/9"));
    REQUIRE(server.logs("slow: request "));  // it has begun
    kill_workers(server, 2);
    CHECK(client.read_reply().status == 502);
    CHECK(client.get("/hello").status == 200);
}

TEST_CASE("HEAD is answered without a body, HTTP/1.0 with an end") {
    const Server server = short_tempered();
    Client client(server);
    client.send("HEAD /delay/9 HTTP/1.1\r\nHost: test\r\n\r\n");
    const auto head = client.read_reply(true);
    CHECK(head.status == 504);
    CHECK(head.field("Content-Length") != "0");
    CHECK(client.get("/hello").body == "Hello, world!\n");

    Client old(server);
    old.send("GET /delay/9 HTTP/1.0\r\n\r\n");
    const auto reply = old.read_reply();
    CHECK(reply.status == 504);
    CHECK(reply.whole);
    CHECK(reply.field("Connection") == "close");
    CHECK(old.closed());
    CHECK_FALSE(old.was_reset());
}

TEST_CASE("a client that closes after its request has its answer in order") {
    const Server server = short_tempered();
    Client client(server);

    client.send(get_request("/delay/9", "Connection: close\r\n"));
    client.finish_sending();

    CHECK(client.read_reply().status == 504);
    CHECK(client.closed());
    CHECK_FALSE(client.was_reset());
}

TEST_CASE("pipelined requests behind a stuck one are answered, in order") {
    const Server server = short_tempered();
    Client client(server);

    client.send(get_request("/hello") + get_request("/delay/9") + post_request("/echo", "abc") +
                get_request("/crash/exit") + get_request("/hello"));

    CHECK(client.read_reply().status == 200);
    CHECK(client.read_reply().status == 504);
    CHECK(client.read_reply().body.ends_with("\n\nabc"));
    CHECK(client.read_reply().status == 502);
    CHECK(client.read_reply().body == "Hello, world!\n");
}

TEST_CASE("over a Unix socket it is the same") {
    const Server server = short_tempered({}, {"unix:curfew.sock"});
    Client client(server);

    CHECK(client.get("/delay/9").status == 504);
    CHECK(client.get("/hello").status == 200);
    CHECK(client.get("/crash/segv").status == 502);
    CHECK(client.get("/hello").status == 200);
    kill_workers(server, 2);
    CHECK(client.get("/hello").status == 200);
}

TEST_CASE("a response that has begun is reset with its worker, never continued") {
    const Server server = short_tempered({"--keep-alive", "1h"});
    Client client(server);

    client.send(get_request("/stream/2?interval=8000"));
    const auto got = client.read_until_close();

    CHECK(contains(got, "HTTP/1.1 200 OK"));
    CHECK(count(got, "HTTP/1.1") == 1);
    CHECK(client.was_reset());
    CHECK(server.logs(R"("connections":{"reset":1})"));
}

TEST_CASE("the access log has what was answered in a worker's stead") {
    const Server server = short_tempered({"--access-logfile", "access"});

    CHECK(server.get("/delay/9").status == 504);
    CHECK(server.get("/crash/segv").status == 502);

    const auto has = [&](const char* line) {
        return wait_until([&] { return contains(server.read("access"), line); });
    };
    CHECK(has("\"GET /delay/9 HTTP/1.1\" 504 "));
    CHECK(has("\"GET /crash/segv HTTP/1.1\" 502 "));
}

TEST_CASE("a request that has had its whole time is not run again") {
    const Server server({.flags = {"--timeout", "300ms", "--threads", "2"}, .workers = 1});
    Client client(server);

    CHECK(client.get("/stuck/sleep").status == 504);

    REQUIRE(server.logs("exit report"));
    CHECK(count(server.log(), "harakiri:") == 1);
}
