#include "tests/server/naps.h"
#include "tests/support/server.h"

#include <doctest/doctest.h>

#include <chrono>
#include <string>

using namespace curfew::tests;
using namespace std::chrono_literals;

TEST_CASE("a handler that extends its request outlives its limit, whatever runs it") {
    for (const auto* const worker_class : {"sync", "threads", "fiber"}) {
        CAPTURE(worker_class);
        const auto server = naps({"--timeout", "700ms", "-k", worker_class});
        const auto pid = server.worker();

        for (const auto* const strategy : {"none", "thread", "timer", "fiber"}) {
            CAPTURE(strategy);
            const auto reply =
                server.get("/extend/" + std::string(strategy) + "?by=60000&time=1000");
            CHECK(reply.status == 200);
            CHECK(std::stoi(reply.body) > 1000);
        }

        CHECK(server.worker() == pid);
    }
}

TEST_CASE("a handler may shorten its limit, and is killed then") {
    const auto server = naps({"--timeout", "1h"});

    CHECK(server.get("/extend/none?by=300&time=60000").status == 504);

    CHECK(server.logs("route /extend/:strategy"));
}

TEST_CASE("a handler without a limit may give itself one") {
    const auto server = naps({"--timeout", "0"});

    CHECK(server.get("/extend/none?by=300&time=60000").status == 504);

    CHECK(server.logs("route /extend/:strategy"));
}

TEST_CASE("nobody extends a request beyond the ceiling, or beyond what it had if that is more") {
    for (const auto& flags : {std::vector<std::string>{"-t", "300ms", "--harakiri-ceiling", "1s"},
                              std::vector<std::string>{"-t", "1s", "--harakiri-ceiling", "0"}}) {
        const auto server = naps(flags);

        const auto reply = server.get("/extend/none?by=60000&time=0");
        CHECK(reply.status == 200);
        CHECK(std::stoi(reply.body) <= 1000);
        CHECK(server.get("/extend/none?by=60000&time=60000").status == 504);
    }
}

TEST_CASE("a request cannot be extended in another process, and the handler is told") {
    const auto server = naps({"--timeout", "40s", "--helpers", "1"}, R"(
[[route]]
pattern = "/extend-in-helper"
strategy = "process"
limit = "30s"
)");

    CHECK(server.get("/extend-in-helper").status == 500);
    CHECK(server.get("/extend/fork?by=1000").status == 500);

    CHECK(count(server.log(), "a request is extended in its worker's process only") == 2);
}

TEST_CASE("a request that has been answered cannot be extended by who goes on behind") {
    const auto server = naps({"--timeout", "40s"});

    CHECK(server.get("/extend-in-vain").status == 504);

    CHECK(server.get("/extend-in-vain?answered=1").body == "extend: the request has been answered");
}
