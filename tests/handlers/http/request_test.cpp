#include "handlers/http/request.h"

#include "tests/handlers/test_request.h"

#include <doctest/doctest.h>

#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

using namespace curfew;

using Pairs = std::vector<std::pair<std::string, std::string>>;

TEST_CASE("the path is decoded, the target is not") {
    const TestRequest parts("GET", "/a%20b/%C3%BC?x=%20");
    const Request request = parts;

    CHECK(request.path() == "/a b/\xc3\xbc");
    CHECK(request.target() == "/a%20b/%C3%BC?x=%20");
    CHECK(request.query_string() == "x=%20");
}

TEST_CASE("the path is not normalised") {
    const TestRequest parts("GET", "/a/../b//./c");
    CHECK(Request(parts).path() == "/a/../b//./c");
}

TEST_CASE("the first value of a name in the query is found, decoded") {
    const TestRequest parts("GET", "/?q=a+b%26c&q=second&na%20me=x&empty=&bare&a=b=c");
    const Request request = parts;

    CHECK(request.query("q") == "a b&c");
    CHECK(request.query("na me") == "x");
    CHECK(request.query("empty") == "");
    CHECK(request.query("bare") == "");
    CHECK(request.query("a") == "b=c");
    CHECK_FALSE(request.query("missing"));
    CHECK_FALSE(request.query("Q"));
}

TEST_CASE("all of the query is listed in order") {
    const TestRequest parts("GET", "/?b=1&&a=2&b=3&=4&c&");
    CHECK(Request(parts).queries() ==
          Pairs{{"b", "1"}, {"a", "2"}, {"b", "3"}, {"", "4"}, {"c", ""}});
}

TEST_CASE("an empty query has nothing") {
    const TestRequest parts("GET", "/?");
    CHECK(Request(parts).queries().empty());
    CHECK_FALSE(Request(parts).query(""));
}

TEST_CASE("a malformed escape in the query is left as it came") {
    const TestRequest parts("GET", "/?rate=100%&b=%00+&c=%41");
    CHECK(Request(parts).queries() == Pairs{{"rate", "100%"}, {"b", "%00+"}, {"c", "A"}});
}

TEST_CASE("the first field of a name is found, whatever its case") {
    const auto parts = TestRequest().header("Accept", "a").header("ACCEPT", "b").header("X", "");
    const Request request = parts;

    CHECK(request.header("accept") == "a");
    CHECK(request.has_header("x"));
    CHECK(request.header("x").empty());
    CHECK_FALSE(request.has_header("y"));
    CHECK(request.header("y").empty());
    CHECK(request.headers().size() == 3);
}

TEST_CASE("a parameter that the route does not have is a mistake, not an empty string") {
    const auto parts = TestRequest().param("id", "42");
    const Request request = parts;

    CHECK(request.param("id") == "42");
    CHECK_THROWS_AS(static_cast<void>(request.param("ID")), std::out_of_range);
}
