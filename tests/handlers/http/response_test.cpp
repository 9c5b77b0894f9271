#include "handlers/http/response.h"

#include <doctest/doctest.h>

#include <stdexcept>
#include <string>
#include <type_traits>

using namespace curfew;

namespace {

std::string body_of(const Response& response) { return std::get<std::string>(response.body()); }

}  // namespace

static_assert(std::is_nothrow_move_constructible_v<Response>);
static_assert(!std::is_copy_constructible_v<Response>);

TEST_CASE("text, JSON and HTML say what they are") {
    CHECK(text("a").content_type() == "text/plain; charset=utf-8");
    CHECK(json("{}").content_type() == "application/json");
    CHECK(html("<p>").content_type() == "text/html; charset=utf-8");
    CHECK(text("a").status() == 200);
    CHECK(body_of(text("a")) == "a");
}

TEST_CASE("a plain response has neither type nor body") {
    const Response response(204);

    CHECK(response.status() == 204);
    CHECK(response.content_type().empty());
    CHECK(response.headers().empty());
    CHECK(body_of(response).empty());
}

TEST_CASE("a response is put together in one expression") {
    const Response response = text("gone\n").status(410).header("X-Why", "old");

    CHECK(response.status() == 410);
    CHECK(*response.headers().find("X-Why") == "old");
    CHECK(body_of(response) == "gone\n");
}

TEST_CASE("only final statuses are accepted") {
    CHECK(Response(200).status() == 200);
    CHECK(Response(599).status() == 599);
    for (const int status : {-1, 0, 99, 100, 101, 199, 600, 1000}) {
        CAPTURE(status);
        CHECK_THROWS_AS(Response{status}, std::invalid_argument);
        Response response;
        CHECK_THROWS_AS(response.status(status), std::invalid_argument);
        CHECK(response.status() == 200);
    }
}

TEST_CASE("fields that the server writes are refused, whatever their case") {
    Response response;
    for (const auto* const name :
         {"Content-Length", "transfer-encoding", "CONNECTION", "Date", "content-length"}) {
        CAPTURE(name);
        CHECK_THROWS_AS(response.header(name, "1"), std::invalid_argument);
    }
    CHECK(response.headers().empty());
    CHECK_NOTHROW(response.header("Server", "mine"));
}

TEST_CASE("a field from outside cannot start another") {
    Response response;
    CHECK_THROWS_AS(response.header("X", "a\r\nSet-Cookie: b"), std::invalid_argument);
    CHECK_THROWS_AS(response.header("X: a\r\nY", "b"), std::invalid_argument);
    CHECK(response.headers().empty());
}

TEST_CASE("there is one Content-Type: the last one given") {
    const Response by_header =
        text("a").header("content-type", "text/x").header("Content-Type", "text/y");
    CHECK(by_header.content_type().empty());
    CHECK(*by_header.headers().find("Content-Type") == "text/y");

    Response by_body;
    by_body.header("Content-Type", "text/x").body("text/z", "b");
    CHECK(by_body.content_type() == "text/z");
    CHECK_FALSE(by_body.headers().find("Content-Type"));
}

TEST_CASE("a refused Content-Type leaves the old one") {
    Response response = text("a");
    CHECK_THROWS_AS(response.header("Content-Type", "a\n"), std::invalid_argument);
    CHECK(response.content_type() == "text/plain; charset=utf-8");
}

TEST_CASE("a stream hands out its pieces until there are none") {
    Response response =
        stream("text/event-stream", [n = 0]() mutable -> std::optional<std::string> {
            if (n == 2) return std::nullopt;
            return std::to_string(n++);
        });

    CHECK(*response.headers().find("Content-Type") == "text/event-stream");
    auto& next = std::get<Chunks>(response.body());
    CHECK(next() == "0");
    CHECK(next() == "1");
    CHECK_FALSE(next());
}

TEST_CASE("a redirect is 302 unless told otherwise, and never anything but 3xx") {
    CHECK(redirect("/there").status() == 302);
    CHECK(*redirect("/there").headers().find("Location") == "/there");
    CHECK(redirect("/there", 308).status() == 308);
    CHECK_THROWS_AS(static_cast<void>(redirect("/there", 200)), std::invalid_argument);
    CHECK_THROWS_AS(static_cast<void>(redirect("/there", 404)), std::invalid_argument);
    CHECK_THROWS_AS(static_cast<void>(redirect("/a\r\nSet-Cookie: b")), std::invalid_argument);
}

TEST_CASE("statuses have their registered phrases") {
    CHECK(reason_phrase(100) == "Continue");
    CHECK(reason_phrase(200) == "OK");
    CHECK(reason_phrase(413) == "Content Too Large");
    CHECK(reason_phrase(422) == "Unprocessable Content");
    CHECK(reason_phrase(504) == "Gateway Timeout");
    CHECK(reason_phrase(511) == "Network Authentication Required");
}

TEST_CASE("a status without a phrase is unknown") {
    for (const int status : {-1, 0, 306, 418, 430, 509, 599, 600}) {
        CAPTURE(status);
        CHECK(reason_phrase(status) == "Unknown");
    }
}
