#include "worker/clients/connection.h"

#include "tests/worker/http/messages.h"
#include "tests/worker/http/reading.h"
#include "tests/worker/clients/talk.h"

#include <doctest/doctest.h>
#include <fcntl.h>

#include <cerrno>
#include <stdexcept>

using namespace curfew;
using namespace curfew::worker;
using namespace std::chrono_literals;

namespace {

std::string forty_numbers() {
    std::string all;
    for (int n = 0; n < 40; ++n) all += std::to_string(n) + ",";
    return all;
}

}  // namespace

TEST_CASE("one connection serves one request after the other") {
    Talk talk;
    for (int i = 0; i < 3; ++i) CHECK(talk.say(hello) == answer("200 OK", "hello\n"));
    CHECK_FALSE(at_end(talk.client));
    CHECK(talk.worker.served == 3);
    CHECK(talk.worker.connections->size() == 1);
}

TEST_CASE("pipelined requests are answered in order, however they are cut") {
    const std::string input = std::string(hello)
                                  .append(
                                      "POST /echo HTTP/1.1\r\nHost: a\r\n"
                                      "Content-Length: 3\r\n\r\nabc")
                                  .append(
                                      "POST /echo HTTP/1.1\r\nHost: a\r\n"
                                      "Transfer-Encoding: chunked\r\n\r\n"
                                      "2\r\nde\r\n0\r\nX: y\r\n\r\n")
                                  .append("HEAD /hello HTTP/1.1\r\nHost: a\r\n\r\n")
                                  .append(last_hello);
    auto head = answer("200 OK", "hello\n");
    head.resize(head.size() - 6);
    const auto expected = answer("200 OK", "hello\n") + answer("200 OK", "abc") +
                          answer("200 OK", "de") + head + answer("200 OK", "hello\n", "close");

    for (const auto& pieces : every_cut(input)) {
        Talk talk;
        std::string got;
        for (const auto piece : pieces) got += talk.say(piece);
        REQUIRE(got == expected);
        REQUIRE(at_end(talk.client));
        REQUIRE(talk.gone());
    }
}

TEST_CASE("a connection ends after the answer to a request that says so") {
    Talk talk;
    CHECK(talk.say(last_hello) == answer("200 OK", "hello\n", "close"));
    CHECK(at_end(talk.client));
    CHECK(talk.gone());
}

TEST_CASE("HTTP/1.0 is answered once, or more often if it asks for that") {
    Talk talk;
    CHECK(talk.say("GET /hello HTTP/1.0\r\nConnection: keep-alive\r\n\r\n") ==
          answer("200 OK", "hello\n", "keep-alive"));
    CHECK(talk.say("GET /hello HTTP/1.0\r\n\r\n") == answer("200 OK", "hello\n", "close"));
    CHECK(at_end(talk.client));
}

TEST_CASE("a file that cannot be read ends its response, and nothing else") {
    const UniqueFd write_only = checked_fd(::open("/dev/null", O_WRONLY | O_CLOEXEC), "open");
    TestWorker worker;
    int file = -1;
    worker.router.get("/file", [&](const Request&) {
        Response response;
        response.body("text/plain", FileBody{UniqueFd(file), 0, 5});
        return response;
    });
    for (const int bad : {1 << 20, ::dup(write_only.get())}) {  // closed; opened for writing
        file = bad;
        const auto client = worker.connect();

        send_all(client, "GET /file HTTP/1.1\r\nHost: a\r\n\r\n");

        CHECK(worker.until([&] { return worker.connections->size() == 0; }));
        CHECK(take_available(client.get()).ends_with("\r\n\r\n"));
        CHECK(at_end(client));
    }
}

TEST_CASE("with keepalive off, each answer is the last") {
    Talk talk;
    talk.worker.options.keepalive = 0s;
    CHECK(talk.say(hello) == answer("200 OK", "hello\n", "close"));
    CHECK(at_end(talk.client));
}

TEST_CASE("a client that waits for 100 Continue gets it once") {
    Talk talk;
    CHECK(talk.say("POST /echo HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\n"
                   "Content-Length: 4\r\n\r\n") == "HTTP/1.1 100 Continue\r\n\r\n");
    CHECK(talk.say("ab").empty());
    CHECK(talk.say("cd") == answer("200 OK", "abcd"));
    CHECK(talk.say(hello) == answer("200 OK", "hello\n"));
}

TEST_CASE("a client that does not wait for 100 Continue does not get it") {
    Talk talk;
    CHECK(talk.say("POST /echo HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\n"
                   "Content-Length: 4\r\n\r\nabcd") == answer("200 OK", "abcd"));
}

TEST_CASE("an expected body that is too large is refused before it is sent") {
    Talk talk;
    const auto got = talk.say(
        "POST /echo HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\n"
        "Content-Length: 99999999999\r\n\r\n");
    CHECK(got.starts_with("HTTP/1.1 413 "));
    CHECK(at_end(talk.client));
}

TEST_CASE("every bad message is answered with its status, and nothing after it is") {
    for (const auto* const messages : {&bad_heads(), &bad_bodies()}) {
        for (const auto& message : *messages) {
            CAPTURE(message.what);
            Talk talk;
            const auto got = talk.say(std::string(message.bytes).append(hello));
            REQUIRE(got.starts_with("HTTP/1.1 " + std::to_string(message.status) + " "));
            REQUIRE(got.find("\r\nConnection: close\r\n") != std::string::npos);
            REQUIRE(got.find("\nHTTP/1.1 ") == std::string::npos);
            REQUIRE(at_end(talk.client));
            talk.client.reset();
            talk.worker.settle();
            REQUIRE(talk.gone());
        }
    }
}

TEST_CASE("a refusal owes nothing to the request before it") {
    Talk talk;
    const auto large =
        std::string("HEAD /hello HTTP/1.1\r\nHost: a\r\nX: ") + std::string(8000, 'x') + "\r\n\r\n";
    CHECK(talk.say(large).find("200 OK") != std::string::npos);

    const auto got = talk.say("nonsense\r\n\r\n");

    // With a body, although the request before it was HEAD.
    CHECK(got.starts_with("HTTP/1.1 400 "));
    CHECK(got.find("400 Bad Request\n") != std::string::npos);
}

TEST_CASE("what no route answers is 404, 405 or the OPTIONS answer") {
    Talk talk;
    CHECK(talk.say_get("/nowhere").starts_with("HTTP/1.1 404 "));
    const auto not_allowed = talk.say("DELETE /hello HTTP/1.1\r\nHost: a\r\n\r\n");
    CHECK(not_allowed.starts_with("HTTP/1.1 405 "));
    CHECK(not_allowed.find("\r\nAllow: GET, HEAD, OPTIONS\r\n") != std::string::npos);
    CHECK(talk.say("OPTIONS /hello HTTP/1.1\r\nHost: a\r\n\r\n") ==
          "HTTP/1.1 204 No Content\r\nAllow: GET, HEAD, OPTIONS\r\n\r\n");
    CHECK(talk.say("OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n").starts_with("HTTP/1.1 204 "));
    CHECK(talk.say(hello) == answer("200 OK", "hello\n"));
}

TEST_CASE("whatever a handler throws is an answer, and the connection goes on") {
    Talk talk;
    const auto teapot = talk.say_get("/teapot");
    CHECK(teapot.starts_with("HTTP/1.1 418 "));
    CHECK(teapot.find("short, stout") != std::string::npos);

    for (const std::string_view path : {"/throw", "/throw-int"}) {
        const auto got = talk.say(std::string("GET ").append(path).append(
            " HTTP/1.1\r\nHost: a\r\nX-Request-Id: my-id\r\n\r\n"));
        CHECK(got.starts_with("HTTP/1.1 500 "));
        CHECK(got.find("my-id") != std::string::npos);
        CHECK(got.find("secret") == std::string::npos);
    }
    CHECK(talk.say(hello) == answer("200 OK", "hello\n"));
}

TEST_CASE("a stream is chunked to 1.1 and ends the connection of 1.0") {
    Talk talk;
    std::string chunks;
    for (int n = 0; n < 40; ++n) {
        chunks += n < 10 ? "2\r\n" : "3\r\n";
        chunks += std::to_string(n) + ",\r\n";
    }
    auto got = talk.say_get("/stream");
    CHECK(got ==
          "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nTransfer-Encoding: chunked\r\n\r\n" +
              chunks + "0\r\n\r\n");

    got = talk.say("GET /stream HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
    CHECK(got == "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nConnection: close\r\n\r\n" +
                     forty_numbers());
    CHECK(at_end(talk.client));
}

TEST_CASE("a stream that throws resets the connection") {
    for (const std::string_view version : {"1.1", "1.0"}) {
        CAPTURE(version);
        Talk talk(true);
        send_all(
            talk.client,
            std::string("GET /broken-stream HTTP/").append(version).append("\r\nHost: a\r\n\r\n"));
        REQUIRE(talk.worker.until([&] { return talk.gone(); }));

        char part[4096];
        ssize_t count = 0;
        while ((count = ::recv(talk.client.get(), part, sizeof part, 0)) > 0) {
        }

        CHECK(count == -1);
        CHECK(errno == ECONNRESET);
    }
}

TEST_CASE("a client that says no more still gets all answers") {
    Talk talk;
    send_all(talk.client, std::string(hello).append(hello));
    ::shutdown(talk.client.get(), SHUT_WR);
    talk.worker.settle();
    CHECK(plain(take_available(talk.client.get())) ==
          answer("200 OK", "hello\n") + answer("200 OK", "hello\n"));
    CHECK(at_end(talk.client));
    CHECK(talk.gone());
}

TEST_CASE("a client that leaves in the middle of a request gets nothing") {
    Talk talk;
    CHECK(talk.say("GET /hello HT").empty());
    ::shutdown(talk.client.get(), SHUT_WR);
    talk.worker.settle();
    CHECK(at_end(talk.client));
    CHECK(talk.gone());
}

TEST_CASE("a large answer reaches a client that reads slowly") {
    TestWorker worker;
    const std::string large(5'000'000, 'x');
    worker.router.get("/large", [&](const Request&) { return text(large); });
    const auto client = worker.connect();
    send_all(client, std::string("GET /large").append(fields).append("GET /large").append(fields));

    std::string got;
    const auto expected = answer("200 OK", large) + answer("200 OK", large);
    CHECK(worker.until([&] {
        got += take_available(client.get());
        return got.size() >= expected.size() && plain(got).size() == expected.size();
    }));
    CHECK(plain(got) == expected);
}

TEST_CASE("a large body arrives whole") {
    Talk talk;
    talk.worker.options.limit_request_body = 3'000'000;
    const std::string large(3'000'000, 'x');
    send_all(talk.client, "POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 3000000\r\n\r\n");
    std::string_view rest = large;
    std::string got;
    CHECK(talk.worker.until([&] {
        const auto count = ::send(talk.client.get(), rest.data(), rest.size(), MSG_DONTWAIT);
        if (count > 0) rest.remove_prefix(static_cast<std::size_t>(count));
        got += take_available(talk.client.get());
        return got.size() > large.size();
    }));
    CHECK(plain(got) == answer("200 OK", large));
}

TEST_CASE("a client's sane request id comes back, any other is replaced") {
    Talk talk;
    const auto id_for = [&](std::string_view sent) {
        send_all(talk.client, std::string("GET /hello HTTP/1.1\r\nHost: a\r\nX-Request-Id: ")
                                  .append(sent)
                                  .append("\r\n\r\n"));
        talk.worker.settle();
        const auto got = take_available(talk.client.get());
        const auto at = got.find("X-Request-Id: ");
        REQUIRE(at != std::string::npos);
        return got.substr(at + 14, got.find('\r', at) - at - 14);
    };
    CHECK(id_for("my-id_1.2") == "my-id_1.2");
    for (const std::string_view insane : {"", "a b", "a\"b", "<a>"}) {
        CAPTURE(insane);
        CHECK(id_for(insane).size() == 24);
    }
}

TEST_CASE("a request is in its cell while its handler runs, and not after its answer") {
    TestWorker worker;
    Phase inside = Phase::idle;
    std::string route;
    worker.router.get("/look/:it", [&](const Request&) {
        inside = worker.phase(1);
        route = worker.scoreboard.worker(0).label(1).route;
        return text("x");
    });
    const auto first = worker.connect();
    const auto second = worker.connect();

    send_all(second, std::string("GET /look/1").append(fields));
    worker.settle();

    CHECK(inside == Phase::running);
    CHECK(route == "/look/:it");
    CHECK(worker.phase(0) == Phase::idle);
    CHECK(worker.phase(1) == Phase::idle);
}

TEST_CASE("connections take the lowest free cells") {
    TestWorker worker;
    std::vector<UniqueFd> clients;
    for (int i = 0; i < 8; ++i) clients.push_back(worker.connect());
    CHECK(worker.connections->full());
    CHECK(worker.connections->size() == 8);

    clients[5].reset();
    clients[2].reset();
    worker.settle();
    CHECK(worker.connections->size() == 6);
    std::size_t cell = 99;
    worker.router.get("/cell", [&](const Request&) {
        for (cell = 0; cell < 8 && worker.phase(cell) != Phase::running; ++cell) {
        }
        return text("x");
    });
    const auto client = worker.connect();
    send_all(client, std::string("GET /cell").append(fields));
    worker.settle();

    CHECK(cell == 2);
}
