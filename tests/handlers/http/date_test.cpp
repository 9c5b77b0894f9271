#include "handlers/http/date.h"

#include <doctest/doctest.h>

#include <chrono>
#include <cstdint>
#include <limits>
#include <string>

using namespace curfew;

namespace {

constexpr std::int64_t example = 784'111'777;  // the one of RFC 9110 section 5.6.7

int this_year() {
    const auto today = std::chrono::floor<std::chrono::days>(std::chrono::system_clock::now());
    return static_cast<int>(std::chrono::year_month_day(today).year());
}

}  // namespace

TEST_CASE("dates are written in the preferred form") {
    CHECK(http_date(example) == "Sun, 06 Nov 1994 08:49:37 GMT");
    CHECK(http_date(0) == "Thu, 01 Jan 1970 00:00:00 GMT");
    CHECK(http_date(-1) == "Wed, 31 Dec 1969 23:59:59 GMT");
    CHECK(http_date(1'709'164'800) == "Thu, 29 Feb 2024 00:00:00 GMT");
    CHECK(http_date(4'294'967'296) == "Sun, 07 Feb 2106 06:28:16 GMT");
}

TEST_CASE("dates out of range are written as the nearest that can be") {
    CHECK(http_date(std::numeric_limits<std::int64_t>::max()) == "Fri, 31 Dec 9999 23:59:59 GMT");
    CHECK(http_date(std::numeric_limits<std::int64_t>::min()) == "Sat, 01 Jan 0000 00:00:00 GMT");
}

TEST_CASE("all three forms of a date are understood") {
    CHECK(parse_http_date("Sun, 06 Nov 1994 08:49:37 GMT") == example);
    CHECK(parse_http_date("Sunday, 06-Nov-94 08:49:37 GMT") == example);
    CHECK(parse_http_date("Sun Nov  6 08:49:37 1994") == example);
    CHECK(parse_http_date("Wed Nov 16 08:49:37 1994") == example + 10 * 86400);
}

TEST_CASE("what is written is read back") {
    for (const std::int64_t time : {std::int64_t{0}, example, std::int64_t{1'709'251'199},
                                    std::int64_t{-62'167'219'200}, std::int64_t{253'402'300'799}}) {
        CHECK(parse_http_date(http_date(time)) == time);
    }
}

TEST_CASE("a leap second is the one after it") {
    CHECK(parse_http_date("Sat, 31 Dec 2016 23:59:60 GMT") ==
          parse_http_date("Sun, 01 Jan 2017 00:00:00 GMT"));
}

TEST_CASE("a year of two digits is at most 50 years ahead") {
    const auto year_of = [](int two_digits) {
        const auto text = std::to_string(100 + two_digits).substr(1);
        const auto time = parse_http_date("Monday, 01-Jan-" + text + " 00:00:00 GMT");
        REQUIRE(time);
        return std::stoi(http_date(*time).substr(12, 4));
    };
    const int now = this_year();

    CHECK(year_of(now % 100) == now);
    for (int two_digits = 0; two_digits < 100; ++two_digits) {
        const int year = year_of(two_digits);
        CHECK(year % 100 == two_digits);
        CHECK(year <= now + 50);
    }
}

TEST_CASE("what is no date is nothing") {
    for (const auto* const text : {
             "",
             "0",
             "784111777",
             "Sun, 06 Nov 1994 08:49:37",
             "Sun, 06 Nov 1994 08:49:37 UTC",
             "Sun, 06 Nov 1994 08:49:37 GMT ",
             " Sun, 06 Nov 1994 08:49:37 GMT",
             "Sun, 6 Nov 1994 08:49:37 GMT",
             "Sun, 06 Nov 94 08:49:37 GMT",
             "Sun, 31 Feb 1994 08:49:37 GMT",
             "Wed, 29 Feb 2023 00:00:00 GMT",
             "Sun, 00 Nov 1994 08:49:37 GMT",
             "Sun, 06 Nov 1994 24:00:00 GMT",
             "Sun, 06 Nov 1994 08:60:00 GMT",
             "Sun, 06 Nov 1994 08:49:61 GMT",
             "Sun, 06 nov 1994 08:49:37 GMT",
             "Son, 06 Nov 1994 08:49:37 GMT",
             "Sun, 06 Nov 199x 08:49:37 GMT",
             "Sun, 06 Nov -994 08:49:37 GMT",
             "Sunday, 06-Nov-1994 08:49:37 GMT",
             "Sun, 06-Nov-94 08:49:37 GMT",
             "Sun Nov 6 08:49:37 1994",
             "Sun Nov  6 08:49:37 1994 GMT",
             "Sun, 06 Nov 1994 08:49:37 GMT, Sun, 06 Nov 1994 08:49:37 GMT",
         }) {
        CAPTURE(text);
        CHECK_FALSE(parse_http_date(text));
    }
}
