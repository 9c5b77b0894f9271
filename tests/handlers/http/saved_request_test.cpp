#include "handlers/http/saved_request.h"

#include <doctest/doctest.h>

#include <stdexcept>
#include <string>

using namespace curfew;

namespace {

RequestParts some_parts() {
    return {.method = "POST",
            .target = "/a%20b?x=1",
            .path = "/a%20b",
            .query = "x=1",
            .fields = {{"Host", "here"}, {"X-Empty", ""}},
            .body = std::string_view("with\0a zero", 11),
            .peer = "127.0.0.1:4711",
            .id = "id-1",
            .deadline = Deadline::in(std::chrono::seconds(5)),
            .params = {{"name", "a b"}}};
}

}  // namespace

TEST_CASE("a saved request is the same request") {
    const auto parts = some_parts();

    const SavedRequest saved(save(parts));
    const Request request(saved.parts());

    CHECK(request.method() == "POST");
    CHECK(request.target() == "/a%20b?x=1");
    CHECK(request.path() == "/a b");
    CHECK(request.query("x") == "1");
    CHECK(request.header("host") == "here");
    CHECK(request.has_header("x-empty"));
    CHECK(request.body() == parts.body);
    CHECK(request.peer() == "127.0.0.1:4711");
    CHECK(request.id() == "id-1");
    CHECK(request.deadline() == parts.deadline);
    CHECK(request.param("name") == "a b");
}

TEST_CASE("a saved request outlives what it was saved from") {
    std::string buffer = "GET";
    RequestParts parts{.method = buffer};

    const SavedRequest saved(save(parts));
    buffer = "XXX";

    CHECK(Request(saved.parts()).method() == "GET");
}

TEST_CASE("a request without a deadline is saved without one") {
    CHECK(Request(SavedRequest(save({})).parts()).deadline().is_never());
}

TEST_CASE("a saved request that was cut anywhere is refused") {
    const auto bytes = save(some_parts());
    for (std::size_t size = 0; size < bytes.size(); ++size) {
        CAPTURE(size);
        CHECK_THROWS_AS(SavedRequest(bytes.substr(0, size)), std::invalid_argument);
    }
}
