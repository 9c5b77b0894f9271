#include "handlers/base/fnv1a.h"
#include "handlers/base/milliseconds.h"
#include "handlers/base/parse_number.h"
#include "handlers/base/trimmed.h"
#include "handlers/base/wrapped.h"
#include "handlers/base/written_duration.h"

#include <doctest/doctest.h>

#include <string>
#include <vector>

namespace curfew {

using namespace std::chrono_literals;
using Lines = std::vector<std::string>;

TEST_CASE("a text is wrapped between words") {
    CHECK(wrapped("aa bb cc", 5) == Lines{"aa bb", "cc"});
    CHECK(wrapped("aa bb cc", 4) == Lines{"aa", "bb", "cc"});
    CHECK(wrapped("a longword b", 4) == Lines{"a", "longword", "b"});
    CHECK(wrapped("", 4) == Lines{});
}

TEST_CASE("a line is as wide as its characters, not its octets") {
    CHECK(columns("größer") == 6);
    CHECK(wrapped("äö üä", 5) == Lines{"äö üä"});
}

TEST_CASE("blanks are trimmed at both ends only") {
    CHECK(trimmed(" \ta b\t ") == "a b");
    CHECK(trimmed(" \t") == "");
    CHECK(trimmed("a\r\n") == "a\r\n");
    CHECK(trimmed("a\r\n", "\r\n") == "a");
}

TEST_CASE("a number is all of its text") {
    CHECK(parse_number<int>("-12") == -12);
    CHECK(parse_number<double>("1.5e2") == 150);
    for (const auto* const text : {"", " 1", "1 ", "+1", "1x", "x", "99999999999"}) {
        CAPTURE(text);
        CHECK_FALSE(parse_number<int>(text));
    }
    CHECK(parse_octal<unsigned>("0660") == 0660);
    CHECK_FALSE(parse_octal<unsigned>("8"));
}

TEST_CASE("a duration is a number and its unit") {
    CHECK(read_duration("250ms")->exact() == 250ms);
    CHECK(read_duration("1.5")->exact() == 1500ms);
    CHECK(read_duration("2h")->exact() == 2h);
    CHECK(read_duration("3m")->unit.name == "m");
    for (const auto* const text : {"", "ms", "-1", "+1", ".5", "1 s", "1d", "1e3", "nan", "inf"}) {
        CAPTURE(text);
        CHECK_FALSE(read_duration(text));
    }
}

TEST_CASE("units are the reader's choice") {
    constexpr DurationUnit units[] = {{"fortnight", 336h}};
    CHECK(read_duration("2fortnight", units)->exact() == 672h);
    CHECK_FALSE(read_duration("2s", units));
}

TEST_CASE("a part of a millisecond is left out") {
    CHECK(in_milliseconds(1'999'999ns) == 1);
    CHECK(in_milliseconds(-1'999'999ns) == -1);
}

// The published test vectors of FNV-1a.
static_assert(fnv1a(fnv1a_basis, "") == 0xcbf29ce484222325);
static_assert(fnv1a(fnv1a_basis, "a") == 0xaf63dc4c8601ec8c);
static_assert(fnv1a(fnv1a_basis, "foobar") == 0x85944171f73967e8);

}  // namespace curfew
