#include "handlers/http/conditional.h"

#include "tests/handlers/test_request.h"

#include <doctest/doctest.h>

#include <string>

using namespace curfew;

namespace {

const Validators current{"\"v2\"", 784'111'777};
constexpr auto then = "Sun, 06 Nov 1994 08:49:37 GMT";
constexpr auto earlier = "Sun, 06 Nov 1994 08:49:36 GMT";
constexpr auto later = "Sun, 06 Nov 1994 08:49:38 GMT";

Precondition evaluate(std::string_view name, std::string_view value,
                      std::string_view method = "GET") {
    return evaluate_preconditions(TestRequest(method).header(name, value), current);
}

bool range_heeded(std::string_view if_range) {
    return if_range_holds(TestRequest().header("If-Range", if_range), current);
}

}  // namespace

TEST_CASE("without a condition all is well") {
    CHECK(evaluate_preconditions(TestRequest(), current) == Precondition::holds);
}

TEST_CASE("If-None-Match with the current tag is 304 to readers and 412 to others") {
    CHECK(evaluate("If-None-Match", "\"v2\"", "GET") == Precondition::not_modified);
    CHECK(evaluate("If-None-Match", "\"v2\"", "HEAD") == Precondition::not_modified);
    CHECK(evaluate("If-None-Match", "\"v2\"", "PUT") == Precondition::failed);
    CHECK(evaluate("If-None-Match", "*", "GET") == Precondition::not_modified);
    CHECK(evaluate("If-None-Match", "*", "PUT") == Precondition::failed);
}

TEST_CASE("If-None-Match compares weakly, and finds a tag in a list") {
    CHECK(evaluate("If-None-Match", "W/\"v2\"") == Precondition::not_modified);
    CHECK(evaluate("If-None-Match", "\"v1\", \"v2\"") == Precondition::not_modified);
    CHECK(evaluate("If-None-Match", ",\t\"v1\" ,,W/\"v2\"") == Precondition::not_modified);
    CHECK(evaluate("If-None-Match", "\"a,b\",\"v2\"") == Precondition::not_modified);
}

TEST_CASE("If-None-Match with other tags, or malformed, does not match") {
    for (const auto* const value : {"\"v1\"", "\"V2\"", "v2", "", "\"v2", "w/\"v2\"", "W/ \"v2\"",
                                    "\"x, \"v2\"", "nonsense \"v2\"", "\"*\""}) {
        CAPTURE(value);
        CHECK(evaluate("If-None-Match", value) == Precondition::holds);
    }
}

TEST_CASE("lists on several lines are one list") {
    const auto two_lines =
        TestRequest().header("If-None-Match", "\"v1\"").header("if-none-match", "\"v2\"");
    CHECK(evaluate_preconditions(two_lines, current) == Precondition::not_modified);
}

TEST_CASE("If-Match fails unless the current tag is there, strongly") {
    CHECK(evaluate("If-Match", "\"v2\"") == Precondition::holds);
    CHECK(evaluate("If-Match", "\"v1\", \"v2\"") == Precondition::holds);
    CHECK(evaluate("If-Match", "*") == Precondition::holds);
    CHECK(evaluate("If-Match", "\"v1\"") == Precondition::failed);
    CHECK(evaluate("If-Match", "W/\"v2\"") == Precondition::failed);
    CHECK(evaluate("If-Match", "v2") == Precondition::failed);
    CHECK(evaluate("If-Match", "") == Precondition::failed);
}

TEST_CASE("If-Modified-Since is 304 unless it was modified later") {
    CHECK(evaluate("If-Modified-Since", then) == Precondition::not_modified);
    CHECK(evaluate("If-Modified-Since", later) == Precondition::not_modified);
    CHECK(evaluate("If-Modified-Since", earlier) == Precondition::holds);
    CHECK(evaluate("If-Modified-Since", "Sunday, 06-Nov-94 08:49:37 GMT") ==
          Precondition::not_modified);
}

TEST_CASE("If-Modified-Since is ignored if malformed, twice there, or not from a reader") {
    const auto twice =
        TestRequest().header("If-Modified-Since", then).header("If-Modified-Since", then);

    CHECK(evaluate("If-Modified-Since", "yesterday") == Precondition::holds);
    CHECK(evaluate("If-Modified-Since", then, "POST") == Precondition::holds);
    CHECK(evaluate_preconditions(twice, current) == Precondition::holds);
}

TEST_CASE("If-Unmodified-Since fails if it was modified later") {
    CHECK(evaluate("If-Unmodified-Since", earlier) == Precondition::failed);
    CHECK(evaluate("If-Unmodified-Since", then) == Precondition::holds);
    CHECK(evaluate("If-Unmodified-Since", "yesterday") == Precondition::holds);
    CHECK(evaluate("If-Unmodified-Since", earlier, "PUT") == Precondition::failed);
}

TEST_CASE("tags go before dates") {
    const auto match_holds =
        TestRequest().header("If-Match", "\"v2\"").header("If-Unmodified-Since", earlier);
    const auto none_match_holds =
        TestRequest().header("If-None-Match", "\"v1\"").header("If-Modified-Since", then);

    CHECK(evaluate_preconditions(match_holds, current) == Precondition::holds);
    CHECK(evaluate_preconditions(none_match_holds, current) == Precondition::holds);
}

TEST_CASE("a precondition that fails goes before 304") {
    const auto both = TestRequest().header("If-None-Match", "\"v2\"").header("If-Match", "\"v1\"");
    CHECK(evaluate_preconditions(both, current) == Precondition::failed);
}

TEST_CASE("one that holds leaves the next to be asked") {
    const auto both = TestRequest().header("If-Match", "\"v2\"").header("If-None-Match", "\"v2\"");
    CHECK(evaluate_preconditions(both, current) == Precondition::not_modified);
}

TEST_CASE("a range is heeded if If-Range is exactly what is current") {
    CHECK(if_range_holds(TestRequest(), current));
    CHECK(range_heeded("\"v2\""));
    CHECK(range_heeded(then));
}

TEST_CASE("a range is not heeded if If-Range is anything else") {
    for (const auto* const value : {"\"v1\"", "W/\"v2\"", "", "*", "v2", earlier, later}) {
        CAPTURE(value);
        CHECK_FALSE(range_heeded(value));
    }
}
