#include "tests/support/server.h"

#include <doctest/doctest.h>

#include <cctype>
#include <string>

using namespace curfew::tests;

TEST_CASE("a handler that throws is answered 500 with the request's id, and the worker lives") {
    const Server server({.workers = 1});
    const auto before = server.get("/pid").body;

    const auto reply = server.get("/throw", "X-Request-Id: abc-1\r\n");

    CHECK(reply.status == 500);
    CHECK(contains(reply.body, "request abc-1"));
    CHECK_FALSE(contains(reply.body, "asked to throw"));  // that is for the log
    CHECK(server.logs("abc-1 GET /throw: the handler threw: the demo was asked to throw this"));
    CHECK(server.get("/pid").body == before);
}

TEST_CASE("what is thrown may be an answer, or nothing that anybody knows") {
    const Server server({.app = test_app("routes"), .workers = 1});
    const auto before = server.get("/pid").body;

    const auto http = server.get("/throw/http");

    CHECK(http.status == 409);
    CHECK(contains(http.body, "it is taken"));
    CHECK(server.get("/throw/number").status == 500);
    CHECK(server.get("/pid").body == before);
}

TEST_CASE("a sane request id is taken over and echoed") {
    const Server server;

    CHECK(server.get("/hello", "X-Request-Id: Abc_1.2-3\r\n").field("X-Request-Id") == "Abc_1.2-3");
}

TEST_CASE("a request without a sane id gets one of its own") {
    const Server server;
    const std::string none;
    const std::string silly = "X-Request-Id: a b\r\n";
    const std::string empty = "X-Request-Id:\r\n";
    const std::string longer = "X-Request-Id: " + std::string(65, 'a') + "\r\n";

    std::string last;
    for (const auto& field : {none, silly, empty, longer}) {
        CAPTURE(field);
        const auto id = server.get("/hello", field).field("X-Request-Id");
        CHECK(id.size() == 24);
        for (const char c : id) CHECK(std::isxdigit(static_cast<unsigned char>(c)) != 0);
        CHECK(id != last);
        last = id;
    }
}

TEST_CASE("what is not there is 404, with an id too") {
    const Server server;

    const auto reply = server.get("/nowhere");

    CHECK(reply.status == 404);
    CHECK(reply.body == "404 Not Found\n");
    CHECK(reply.has("X-Request-Id"));
}

TEST_CASE("the first page leads to the others") {
    const Server server;

    const auto page = server.get("/");

    CHECK(page.status == 200);
    CHECK(page.field("Content-Type").starts_with("text/html"));
    for (const auto* const link : {"/hello", "/delay/1.5", "/stuck/sleep", "/crash/segv"}) {
        CHECK(contains(page.body, std::string("href=\"") + link));
    }
}

TEST_CASE("a delay answers as httpbin does") {
    const Server server;

    const auto reply = server.get("/delay/0.1?a=1");

    CHECK(reply.status == 200);
    CHECK(reply.field("Content-Type") == "application/json");
    CHECK(contains(reply.body, "\"args\": {\"a\": \"1\"}"));
}
