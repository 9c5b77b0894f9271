#include "handlers/http/url.h"

#include <doctest/doctest.h>

using namespace curfew;
using namespace std::string_literals;

TEST_CASE("escapes become octets, whatever the case of their digits") {
    CHECK(percent_decode("a%20b") == "a b");
    CHECK(percent_decode("%2f%2F") == "//");
    CHECK(percent_decode("%C3%BC") == "\xc3\xbc");
    CHECK(percent_decode("%ff") == "\xff");
    CHECK(percent_decode("%01") == "\x01");
}

TEST_CASE("what is no escape is left alone") {
    CHECK(percent_decode("") == "");
    CHECK(percent_decode("/a+b~") == "/a+b~");
    CHECK(percent_decode("\xc3\xbc") == "\xc3\xbc");
}

TEST_CASE("decoding happens once") { CHECK(percent_decode("%2541") == "%41"); }

TEST_CASE("a malformed escape is refused") {
    for (const auto* const text : {"%", "a%", "%4", "%g0", "%0g", "%%41", "% 1", "%+1", "%-1"}) {
        CAPTURE(text);
        CHECK_FALSE(percent_decode(text));
        CHECK_FALSE(form_decode(text));
        CHECK_FALSE(is_percent_encoded(text));
    }
}

TEST_CASE("an escaped NUL is refused") {
    CHECK_FALSE(percent_decode("a%00b"));
    CHECK_FALSE(form_decode("%00"));
    CHECK_FALSE(is_percent_encoded("a%00"));
}

TEST_CASE("nothing behind the text is read for an escape that it cuts off") {
    const std::string_view text = "ab%41";

    CHECK_FALSE(percent_decode(text.substr(0, 4)));
    CHECK_FALSE(is_percent_encoded(text.substr(0, 3)));
}

TEST_CASE("in a form, a plus is a space and an escaped plus is a plus") {
    CHECK(form_decode("a+b%2Bc") == "a b+c");
}

TEST_CASE("is_percent_encoded agrees with percent_decode") {
    CHECK(is_percent_encoded(""));
    CHECK(is_percent_encoded("/plain"));
    CHECK(is_percent_encoded("%41%42/%7e"));
    CHECK_FALSE(is_percent_encoded("%41%4"));
    CHECK_FALSE(is_percent_encoded("%41%zz"));
}
