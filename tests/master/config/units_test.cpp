#include "master/config/units.h"

#include <doctest/doctest.h>

#include <stdexcept>

namespace curfew::master {

using namespace std::chrono_literals;

TEST_CASE("a duration has a unit, or is a number of seconds") {
    CHECK(parse_duration("250ms") == 250ms);
    CHECK(parse_duration("30s") == 30s);
    CHECK(parse_duration("5m") == 5min);
    CHECK(parse_duration("1h") == 1h);
    CHECK(parse_duration("30") == 30s);
    CHECK(parse_duration("0") == 0s);
}

TEST_CASE("a duration may have a fraction") {
    CHECK(parse_duration("0.5") == 500ms);
    CHECK(parse_duration("1.5m") == 90s);
    CHECK(parse_duration("0.001s") == 1ms);
    CHECK(parse_duration("0.1") == 100ms);
    CHECK(parse_duration("1.001") == 1001ms);
}

TEST_CASE("what is not a duration is refused") {
    for (const char* text : {"", "s", "-1s", "+1s", " 1s", "1 s", "1s ", "1x", "1sec", "1e3", "nan",
                             "inf", "0x10", "1,5", "1.5.5", ".5", "1S"}) {
        CAPTURE(text);
        CHECK_THROWS_AS(static_cast<void>(parse_duration(text)), std::invalid_argument);
    }
}

TEST_CASE("the message about a duration quotes it and says what is wanted") {
    CHECK_THROWS_WITH(static_cast<void>(parse_duration("5x")),
                      "\"5x\" is not a duration: write 250ms, 30s, 5m, 1h or a number of seconds");
    CHECK_THROWS_WITH(static_cast<void>(parse_duration("0.5ms")),
                      "\"0.5ms\" is finer than a millisecond");
    CHECK_THROWS_WITH(static_cast<void>(parse_duration("99999999999h")),
                      "\"99999999999h\" is too long a duration");
}

TEST_CASE("a duration is printed in the largest unit that is exact") {
    CHECK(format_duration(0s) == "0s");
    CHECK(format_duration(1ms) == "1ms");
    CHECK(format_duration(250ms) == "250ms");
    CHECK(format_duration(1500ms) == "1500ms");
    CHECK(format_duration(30s) == "30s");
    CHECK(format_duration(90s) == "90s");
    CHECK(format_duration(60s) == "1m");
    CHECK(format_duration(24h) == "24h");
}

TEST_CASE("a printed duration parses to the same duration") {
    for (const Duration duration : {0ms, 1ms, 999ms, 1001ms, 60'000ms, 61'000ms, 86'400'000ms}) {
        CHECK(parse_duration(format_duration(duration)) == duration);
    }
}

TEST_CASE("a size has a binary unit, or is a number of bytes") {
    CHECK(parse_size("0") == 0);
    CHECK(parse_size("512") == 512);
    CHECK(parse_size("8k") == 8192);
    CHECK(parse_size("10m") == 10485760);
    CHECK(parse_size("1g") == 1073741824);
}

TEST_CASE("what is not a size is refused") {
    for (const char* text : {"", "k", "-1", "8kb", "8K", "8 k", "1.5m", "99999999999999999999",
                             "18446744073709551615g"}) {
        CAPTURE(text);
        CHECK_THROWS_AS(static_cast<void>(parse_size(text)), std::invalid_argument);
    }
    CHECK_THROWS_WITH(static_cast<void>(parse_size("8kb")),
                      "\"8kb\" is not a size: write 512 (bytes), 8k, 10m or 1g");
}

TEST_CASE("a size is printed in the largest unit that is exact") {
    CHECK(format_size(0) == "0");
    CHECK(format_size(4094) == "4094");
    CHECK(format_size(8192) == "8k");
    CHECK(format_size(10 << 20) == "10m");
    CHECK(format_size(1 << 30) == "1g");
    CHECK(format_size((1 << 30) + 1) == "1073741825");
}

TEST_CASE("a count is a whole number and nothing else") {
    CHECK(parse_count("0") == 0);
    CHECK(parse_count("42") == 42);
    CHECK(parse_count("-1") == -1);
    for (const char* text : {"", "4.0", "four", "4 ", "99999999999999999999", "0x4"}) {
        CAPTURE(text);
        CHECK_THROWS_AS(static_cast<void>(parse_count(text)), std::invalid_argument);
    }
}

TEST_CASE("a umask is octal") {
    CHECK(parse_umask("022") == 022);
    CHECK(parse_umask("0777") == 0777);
    CHECK(parse_umask("0") == 0);
    for (const char* text : {"", "8", "1000", "0o22", "-1", "rw"}) {
        CAPTURE(text);
        CHECK_THROWS_AS(static_cast<void>(parse_umask(text)), std::invalid_argument);
    }
}

}  // namespace curfew::master
