#include "tests/server/naps.h"
#include "tests/support/server.h"

#include <doctest/doctest.h>

#include <chrono>
#include <string>

using namespace curfew::tests;

namespace {

constexpr auto would = "would have been killed";

}  // namespace

TEST_CASE("harakiri = log says once who would have been killed, and kills nobody") {
    for (const std::string flag : {"--timeout", "--cpu-limit"}) {
        CAPTURE(flag);
        const std::string target = flag == "--timeout" ? "/spin?time=2000" : "/spin?cpu=2000";
        const auto server = naps({flag, "1s", "--harakiri", "log"});
        const auto pid = server.worker();

        CHECK(server.get(target, "X-Request-Id: the-one\r\n").status == 200);
        CHECK(server.get("/hello").status == 200);
        CHECK(server.logs(would));
        CHECK(server.get(target).status == 200);

        CHECK(server.logs("; 2 so far"));
        CHECK(count(server.log(), would) == 2);
        CHECK(contains(server.log_line(would), "route /spin, GET " + target + ", age "));
        CHECK(contains(server.log_line(would), "limit 1000 ms, request the-one; 1 so far"));
        CHECK(server.worker() == pid);
    }
}

TEST_CASE("harakiri = off does not even say so") {
    const auto server = naps({"--timeout", "200ms", "--cpu-limit", "200ms", "--harakiri", "off"});

    CHECK(server.get("/spin?time=800").status == 200);
    CHECK(server.get("/extend/none?by=100&time=300").status == 200);

    CHECK_FALSE(contains(server.log(), "harakiri"));
}

TEST_CASE("a route has a mode of its own, with a limit of its own or without") {
    const auto server = naps({"--timeout", "20s"}, R"(
[[route]]
pattern = "/spin"
harakiri = "log 200ms"
[[route]]
pattern = "/nap/:strategy"
harakiri = "300ms"
)");

    CHECK(server.get("/spin?time=600").status == 200);
    CHECK(server.get("/nap/none?limit=60000&time=60000").status == 504);

    CHECK(count(server.log(), would) == 1);
    CHECK(server.logs("limit 300 ms"));
}

TEST_CASE("limits that are only tried out refuse nobody whose time was up in a queue") {
    const auto server = naps({"--timeout", "200ms", "--harakiri", "log"});

    const auto now = std::chrono::system_clock::now().time_since_epoch();
    const auto start = std::chrono::duration_cast<std::chrono::seconds>(now).count() - 5;
    const auto reply =
        server.get("/deadline", "X-Request-Start: " + std::to_string(start) + "\r\n");

    CHECK(reply.status == 200);
}
