#include "tests/server/naps.h"
#include "tests/support/server.h"

#include <doctest/doctest.h>

#include <string>

using namespace curfew::tests;

TEST_CASE("who computes for longer than cpu_limit is killed, who waits for longer is not") {
    for (const auto* const worker_class : {"sync", "threads", "fiber"}) {
        CAPTURE(worker_class);
        const auto server = naps({"--cpu-limit", "300ms", "-k", worker_class});
        const auto pid = server.worker();

        CHECK(server.get("/nap/none?limit=60000&time=900").status == 200);
        CHECK(server.get("/spin?time=20").status == 200);
        CHECK(server.worker() == pid);
        CHECK(server.get("/spin?time=25000").status == 504);

        CHECK(server.logs("cpu_limit 300 ms"));
        CHECK(server.logs("killed: a request exceeded its cpu_limit"));
    }
}

TEST_CASE("what is computed between waits adds up") {
    for (const auto* const worker_class : {"sync", "fiber"}) {
        const auto server = naps({"--cpu-limit", "200ms", "-k", worker_class});

        CHECK(server.get("/slices?number=2000").status == 504);

        CHECK(server.logs("cpu_limit 200 ms"));
    }
}

TEST_CASE("a fiber does not pay for what others compute while it waits") {
    const auto server = naps({"--worker-class", "fiber"}, R"(
[[route]]
pattern = "/nap/:strategy"
cpu_limit = "300ms"
)");
    Client napping(server);
    napping.send(get_request("/nap/none?limit=60000&time=1500"));

    CHECK(server.get("/spin?time=1000").status == 200);

    CHECK(napping.read_reply().status == 200);
}

TEST_CASE("a route's own cpu_limit holds, also none") {
    const auto server = naps({"--cpu-limit", "100ms"}, R"(
[[route]]
pattern = "/spin"
cpu_limit = 0
)");

    CHECK(server.get("/spin?time=1000").status == 200);
}
