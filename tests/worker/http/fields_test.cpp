#include "worker/http/fields.h"

#include <doctest/doctest.h>

#include <string_view>
#include <vector>

using namespace curfew;
using namespace curfew::worker;

namespace {

constexpr Field host{"Host", "a"};

struct Read {
    int status = 0;
    FieldFacts facts;
};

Read read(bool http_1_1, const std::vector<Field>& fields) {
    RequestLine line;
    line.http_1_1 = http_1_1;
    Read result;
    result.status = read_fields(line, fields, result.facts).status;
    return result;
}

}  // namespace

TEST_CASE("a connection is kept by 1.1 unless told otherwise, by 1.0 only if told so") {
    struct Case {
        bool http_1_1;
        std::string_view connection;
        bool kept;
    };
    for (const auto& [http_1_1, connection, kept] : {
             Case{true, "", true},
             Case{true, "close", false},
             Case{true, "Close", false},
             Case{true, "a, close", false},
             Case{true, "close, keep-alive", false},
             Case{true, "closed", true},
             Case{true, "disclose", true},
             Case{true, "keep-alive", true},
             Case{false, "", false},
             Case{false, "keep-alive", true},
             Case{false, "a,Keep-Alive", true},
             Case{false, "keep-alive, close", false},
             Case{false, "keep-alives", false},
         }) {
        CAPTURE(connection);
        CAPTURE(http_1_1);
        const auto result = read(http_1_1, {host, {"Connection", connection}});
        CHECK(result.status == 0);
        CHECK(result.facts.keep_alive == kept);
    }
}

TEST_CASE("several Connection fields are one list") {
    CHECK_FALSE(read(true, {host, {"connection", "a"}, {"CONNECTION", "close"}}).facts.keep_alive);
    CHECK_FALSE(read(true, {host, {"Connection", "close"}, {"Connection", ""}}).facts.keep_alive);
}

TEST_CASE("there is one Host in 1.1, at most one in 1.0") {
    CHECK(read(true, {}).status == 400);
    CHECK(read(true, {host}).status == 0);
    CHECK(read(true, {host, {"HOST", "a"}}).status == 400);
    CHECK(read(true, {{"Host", ""}}).status == 400);
    CHECK(read(true, {{"Hosts", "a"}}).status == 400);
    CHECK(read(false, {}).status == 0);
    CHECK(read(false, {host}).status == 0);
    CHECK(read(false, {host, host}).status == 400);
    CHECK(read(false, {{"Host", "a b"}}).status == 400);
}

TEST_CASE("Transfer-Encoding is chunked, once, in 1.1, without a length") {
    constexpr Field chunked{"Transfer-Encoding", "chunked"};
    constexpr Field length{"Content-Length", "1"};

    CHECK(read(true, {host, chunked}).status == 0);
    CHECK(read(true, {host, chunked}).facts.chunked);
    CHECK_FALSE(read(true, {host}).facts.chunked);
    CHECK(read(false, {chunked}).status == 400);
    CHECK(read(true, {host, chunked, chunked}).status == 400);
    CHECK(read(true, {host, chunked, length}).status == 400);
    CHECK(read(true, {host, length, chunked}).status == 400);
    CHECK(read(true, {host, length, length}).status == 400);
}

TEST_CASE("a coding is chunked, malformed or unknown") {
    struct Case {
        std::string_view value;
        int status;
    };
    for (const auto& [value, status] : {
             Case{"chunked", 0},
             Case{"Chunked", 0},
             Case{"", 400},
             Case{",", 400},
             Case{", chunked", 400},
             Case{"chunked,", 400},
             Case{"chunked, chunked", 400},
             Case{"chunked, gzip", 400},
             Case{"chunked;a=b", 400},
             Case{"\"chunked\"", 400},
             Case{"chun ked", 400},
             Case{"chunked ,", 400},
             Case{"gzip", 501},
             Case{"gzip, chunked", 501},
             Case{"gzip , chunked", 501},
             Case{"gzip;q=1, chunked", 501},
             Case{"xchunked", 501},
             Case{"identity", 501},
         }) {
        CAPTURE(value);
        CHECK(check_transfer_encoding(value).status == status);
    }
}

TEST_CASE("the only expectation is 100-continue, and only 1.1 has it") {
    CHECK(read(true, {host, {"Expect", "100-Continue"}}).facts.expects_continue);
    CHECK_FALSE(read(true, {host}).facts.expects_continue);
    CHECK_FALSE(read(false, {{"Expect", "100-continue"}}).facts.expects_continue);
    CHECK(read(true, {host, {"Expect", "200-ok"}}).status == 417);
}

TEST_CASE("the request id is what X-Request-Id says") {
    CHECK(read(true, {host, {"X-REQUEST-ID", "a b"}}).facts.request_id == "a b");
    CHECK(read(true, {host}).facts.request_id.empty());
}

TEST_CASE("a field without a name is refused") {
    CHECK(read(true, {host, {"", "x"}}).status == 400);
}

TEST_CASE("facts of the request before do not last") {
    RequestLine line;
    line.http_1_1 = true;
    FieldFacts facts;
    REQUIRE_FALSE(read_fields(line,
                              {host,
                               {"Expect", "100-continue"},
                               {"Content-Length", "1"},
                               {"X-Request-Id", "x"},
                               {"Connection", "close"}},
                              facts));

    REQUIRE_FALSE(read_fields(line, {host}, facts));

    CHECK(facts.keep_alive);
    CHECK_FALSE(facts.expects_continue);
    CHECK(facts.request_id.empty());
}
