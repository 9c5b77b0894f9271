#include "handlers/http/headers.h"

#include <doctest/doctest.h>

#include <stdexcept>
#include <string>
#include <vector>

using namespace curfew;
using namespace std::string_literals;

namespace {

std::vector<std::string> lines(const Headers& headers) {
    std::vector<std::string> result;
    for (const auto& [name, value] : headers) result.push_back(name + ": " + value);
    return result;
}

using Lines = std::vector<std::string>;

}  // namespace

TEST_CASE("comparing without case is for ASCII letters only") {
    CHECK(equals_ignoring_case("Content-Type", "cONTENT-tYPE"));
    CHECK(equals_ignoring_case("", ""));
    CHECK_FALSE(equals_ignoring_case("a", "ab"));
    CHECK_FALSE(equals_ignoring_case("@", "`"));  // 0x20 apart, as letters are
    CHECK_FALSE(equals_ignoring_case("[", "{"));
    CHECK_FALSE(equals_ignoring_case("\xc4", "\xe4"));
}

TEST_CASE("a token is made of tchars and is not empty") {
    CHECK(is_token("GET"));
    CHECK(is_token("!#$%&'*+-.^_`|~09azAZ"));
    CHECK_FALSE(is_token(""));
    for (int octet = 0; octet < 256; ++octet) {
        const std::string text(1, static_cast<char>(octet));
        const bool letter = (octet >= 'a' && octet <= 'z') || (octet >= 'A' && octet <= 'Z');
        const bool digit = octet >= '0' && octet <= '9';
        const bool mark = octet != 0 && "!#$%&'*+-.^_`|~"s.find(text) != std::string::npos;
        CAPTURE(octet);
        CHECK(is_token(text) == (letter || digit || mark));
    }
}

TEST_CASE("a field's value has no control character but TAB") {
    CHECK(is_field_value(""));
    CHECK(is_field_value("a\tb c"));
    for (int octet = 0; octet < 256; ++octet) {
        const bool control = octet < 0x20 || octet == 0x7f;
        CAPTURE(octet);
        CHECK(is_field_value(std::string(1, static_cast<char>(octet))) ==
              (!control || octet == '\t'));
    }
}

TEST_CASE("a member of a list is found whatever its case and its blanks") {
    CHECK(list_contains("close", "close"));
    CHECK(list_contains("Keep-Alive,\tCLOSE ", "close"));
    CHECK(list_contains(",, close,", "close"));
    CHECK_FALSE(list_contains("", "close"));
    CHECK_FALSE(list_contains("closed", "close"));
    CHECK_FALSE(list_contains("not close", "close"));
    CHECK_FALSE(list_contains(",", ""));
}

TEST_CASE("fields keep their order, and names may repeat") {
    Headers headers;
    CHECK(headers.empty());

    headers.add("Set-Cookie", "a=1");
    headers.add("X", "");
    headers.add("Set-Cookie", "b=2");

    CHECK(lines(headers) == Lines{"Set-Cookie: a=1", "X: ", "Set-Cookie: b=2"});
    CHECK_FALSE(headers.empty());
}

TEST_CASE("setting a field replaces all of that name, whatever its case") {
    Headers headers;
    headers.add("A", "1");
    headers.add("B", "2");
    headers.add("a", "3");

    headers.set("a", "4");

    CHECK(lines(headers) == Lines{"B: 2", "a: 4"});
}

TEST_CASE("setting a field to what it already holds is safe") {
    Headers headers;
    headers.add("A", "a value too long for a string to hold by itself");

    headers.set(headers.begin()->name, headers.begin()->value);

    CHECK(lines(headers) == Lines{"A: a value too long for a string to hold by itself"});
}

TEST_CASE("a field can be found and removed, whatever its case") {
    Headers headers;
    headers.add("ETag", "first");
    headers.add("etag", "second");

    REQUIRE(headers.find("ETAG"));
    CHECK(*headers.find("ETAG") == "first");
    headers.remove("eTag");

    CHECK_FALSE(headers.find("ETag"));
    CHECK(headers.empty());
}

TEST_CASE("no value can break out of its field") {
    Headers headers;
    for (const auto& value : {"a\r\nX: 1"s, "a\nX: 1"s, "a\rX: 1"s, "a\0b"s, "\x1b"s, "\x7f"s}) {
        CHECK_THROWS_AS(headers.add("A", value), std::invalid_argument);
        CHECK_THROWS_AS(headers.set("A", value), std::invalid_argument);
    }
    CHECK(headers.empty());
}

TEST_CASE("no name can break out of its field") {
    Headers headers;
    for (const auto& name : {""s, "a b"s, "a:"s, "a\r\nb"s, "a\0"s, " a"s, "\xc3\xa4"s}) {
        CHECK_THROWS_AS(headers.add(name, "1"), std::invalid_argument);
        CHECK_THROWS_AS(headers.set(name, "1"), std::invalid_argument);
    }
    CHECK(headers.empty());
}

TEST_CASE("a refused set leaves the field as it was") {
    Headers headers;
    headers.add("A", "1");

    CHECK_THROWS_AS(headers.set("A", "2\n"), std::invalid_argument);

    CHECK(lines(headers) == Lines{"A: 1"});
}

TEST_CASE("octets beyond ASCII may stand in a value") {
    Headers headers;
    headers.add("A", "M\xc3\xbcnchen \xff");
    CHECK(*headers.find("A") == "M\xc3\xbcnchen \xff");
}
