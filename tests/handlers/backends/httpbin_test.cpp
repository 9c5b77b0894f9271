#include "tests/handlers/backends/httpbin.h"

#include "handlers/backends/http.h"
#include "handlers/timeouts/with_timeout.h"
#include "tests/handlers/backends/attempt.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <chrono>
#include <string>

namespace curfew::tests {

using namespace std::chrono_literals;

namespace {

bool contains(const std::string& text, const char* part) {
    return text.find(part) != std::string::npos;
}

/// With a limit that is far away.
http::Response get(const std::string& path) {
    return with_timeout(20s, "deadline", [&] { return http::get(httpbin() + path); });
}

}  // namespace

TEST_CASE("httpbin: under a limit that it keeps, all of its answers arrive whole") {
    CHECK(get("/status/503").status == 503);
    CHECK(get("/status/418").status == 418);

    const auto redirected = get("/redirect/3");
    CHECK(redirected.status == 200);
    CHECK(contains(redirected.body, "/get\""));

    CHECK(get("/bytes/100000?seed=1").body.size() == 100'000);
    CHECK(get("/bytes/1000?seed=1").body == get("/bytes/1000?seed=1").body);
    CHECK(get("/stream-bytes/5000?seed=1&chunk_size=7").body.size() == 5000);

    const auto lines = get("/stream/20").body;
    CHECK(std::ranges::count(lines, '\n') == 20);
    CHECK(contains(lines, "\"id\": 19}"));

    CHECK(get("/drip?duration=0.3&numbytes=3&delay=0").body == "***");
    CHECK(contains(get("/delay/0.1").body, "/delay/0.1\""));
    CHECK(get("/gzip").body.starts_with("\x1f\x8b"));  // nobody has asked us to decode it
}

TEST_CASE("httpbin: a limit holds for what it delays, drips and sends piece by piece") {
    static_cast<void>(get("/get"));  // it is up

    for (const auto* const path :
         {"/delay/5", "/drip?duration=5&numbytes=50&delay=0", "/drip?duration=1&delay=5",
          "/range/100?duration=5&chunk_size=1"}) {
        CAPTURE(path);
        const auto result = attempt([path] {
            with_timeout(200ms, "deadline", [path] { return http::get(httpbin() + path); });
        });
        CHECK(result.timed_out);
        CHECK(took_its_200_ms(result));
    }
}

TEST_CASE("httpbin: it is told how much time is left") {
    const auto told =
        with_timeout(19s, "deadline", [] { return http::get(httpbin() + "/headers"); });
    CHECK(contains(told.body, "\"Request-Timeout\":\"1"));  // 18 s and something
}

}  // namespace curfew::tests
