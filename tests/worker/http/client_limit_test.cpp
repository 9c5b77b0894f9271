#include "worker/http/client_limit.h"

#include <doctest/doctest.h>

#include <string_view>

using namespace curfew;
using namespace curfew::worker;
using namespace std::chrono_literals;

namespace {

std::optional<Duration> limit_of(std::string_view name, std::string_view value) {
    return client_limit({{"Host", "here"}, {name, value}}, "Request-Timeout");
}

}  // namespace

TEST_CASE("a client says how long it waits, in seconds or with a unit") {
    CHECK(limit_of("Request-Timeout", "2") == 2s);
    CHECK(limit_of("request-timeout", "0.25") == 250ms);
    CHECK(limit_of("Request-Timeout", "250ms") == 250ms);
    CHECK(limit_of("Request-Timeout", "30s") == 30s);
    CHECK(limit_of("Request-Timeout", "2m") == 2min);
    CHECK(limit_of("Request-Timeout", "0") == 0s);
}

TEST_CASE("gRPC's and Envoy's fields are understood") {
    CHECK(limit_of("grpc-timeout", "100m") == 100ms);
    CHECK(limit_of("grpc-timeout", "5S") == 5s);
    CHECK(limit_of("grpc-timeout", "1M") == 1min);
    CHECK(limit_of("grpc-timeout", "1H") == 1h);
    CHECK(limit_of("grpc-timeout", "20000000n") == 20ms);
    CHECK(limit_of("grpc-timeout", "1500u") == 1500us);
    CHECK(limit_of("X-Envoy-Expected-Rq-Timeout-Ms", "750") == 750ms);
}

TEST_CASE("what makes no sense is no limit") {
    for (const auto* const value : {"", "soon", "-1", "+1", "1 s", "1x", "nan", "inf", "0x10",
                                    "1e3", ".5", "25h", "99999999999999999999", "1s1"}) {
        CAPTURE(value);
        CHECK_FALSE(limit_of("Request-Timeout", value));
    }
    for (const auto* const value : {"5", "5s", "1.5S", "123456789S", "S", "-5S"}) {
        CAPTURE(value);
        CHECK_FALSE(limit_of("grpc-timeout", value));
    }
    CHECK_FALSE(limit_of("X-Envoy-Expected-Rq-Timeout-Ms", "5ms"));
    CHECK_FALSE(client_limit({{"Host", "here"}}, "Request-Timeout"));
}

TEST_CASE("of several limits the least counts, and a field without a name is none") {
    CHECK(client_limit({{"Request-Timeout", "2"}, {"grpc-timeout", "1S"}}, "Request-Timeout") ==
          1s);
    CHECK(client_limit({{"Request-Timeout", "1"}, {"Request-Timeout", "3"}}, "Request-Timeout") ==
          1s);
    CHECK_FALSE(client_limit({{"Request-Timeout", "1"}, {"", "1"}}, ""));
    CHECK(client_limit({{"X-Budget", "1"}, {"Request-Timeout", "0.5"}}, "X-Budget") == 1s);
}
