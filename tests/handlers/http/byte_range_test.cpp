#include "handlers/http/byte_range.h"

#include <doctest/doctest.h>

#include <ostream>

namespace curfew {

static bool operator==(const Selection& a, const Selection& b) {
    return a.status == b.status && a.offset == b.offset && a.length == b.length;
}

static std::ostream& operator<<(std::ostream& out, const Selection& selection) {
    return out << selection.status << ": " << selection.length << " from " << selection.offset;
}

}  // namespace curfew

using namespace curfew;

namespace {

const Selection whole{200, 0, 10};
const Selection nothing{416, 0, 0};

}  // namespace

TEST_CASE("a range is given with both ends, counted from 0") {
    CHECK(select_range("bytes=0-0", 10) == Selection{206, 0, 1});
    CHECK(select_range("bytes=2-5", 10) == Selection{206, 2, 4});
    CHECK(select_range("bytes=0-9", 10) == Selection{206, 0, 10});
    CHECK(select_range("bytes=9-9", 10) == Selection{206, 9, 1});
}

TEST_CASE("a range without an end, or beyond it, goes to the end") {
    CHECK(select_range("bytes=0-", 10) == Selection{206, 0, 10});
    CHECK(select_range("bytes=7-", 10) == Selection{206, 7, 3});
    CHECK(select_range("bytes=7-10", 10) == Selection{206, 7, 3});
    CHECK(select_range("bytes=7-99999999999999999999999", 10) == Selection{206, 7, 3});
}

TEST_CASE("a suffix counts from the end and may be longer than all") {
    CHECK(select_range("bytes=-1", 10) == Selection{206, 9, 1});
    CHECK(select_range("bytes=-10", 10) == Selection{206, 0, 10});
    CHECK(select_range("bytes=-11", 10) == Selection{206, 0, 10});
    CHECK(select_range("bytes=-99999999999999999999999", 10) == Selection{206, 0, 10});
}

TEST_CASE("what begins behind the end is not satisfiable") {
    CHECK(select_range("bytes=10-", 10) == nothing);
    CHECK(select_range("bytes=10-20", 10) == nothing);
    CHECK(select_range("bytes=99999999999999999999999-", 10) == nothing);
    CHECK(select_range("bytes=-0", 10) == nothing);
}

TEST_CASE("an empty file has no first byte, but an empty suffix") {
    CHECK(select_range("bytes=0-", 0) == nothing);
    CHECK(select_range("bytes=0-0", 0) == nothing);
    CHECK(select_range("bytes=-1", 0) == Selection{200, 0, 0});
    CHECK(select_range("", 0) == Selection{200, 0, 0});
}

TEST_CASE("the unit has no case, and blanks around the range do not matter") {
    CHECK(select_range("BYTES=2-5", 10) == Selection{206, 2, 4});
    CHECK(select_range("bytes= 2-5\t", 10) == Selection{206, 2, 4});
}

TEST_CASE("several ranges, other units and nonsense are ignored") {
    for (const auto* const field : {"",
                                    "bytes",
                                    "bytes=",
                                    "bytes= ",
                                    "bytes=-",
                                    "bytes=--1",
                                    "bytes=5",
                                    "bytes=5-2",
                                    "bytes=a-b",
                                    "bytes=1-b",
                                    "bytes=a-",
                                    "bytes=-a",
                                    "bytes=0x1-2",
                                    "bytes=+1-2",
                                    "bytes=1 - 2",
                                    "bytes=1.5-2",
                                    "bytes=0-1,3-4",
                                    "bytes=0-1,",
                                    "bytes=,0-1",
                                    "bytes:0-1",
                                    "lines=0-1",
                                    " bytes=0-1",
                                    "bytes =0-1",
                                    "=0-1",
                                    "0-1",
                                    "bytes=1-2-3"}) {
        CAPTURE(field);
        CHECK(select_range(field, 10) == whole);
    }
}
