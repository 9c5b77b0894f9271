#include "tests/support/server.h"
#include "tests/support/wait_until.h"

#include <doctest/doctest.h>

#include <csignal>
#include <string>
#include <vector>

using namespace curfew::tests;

namespace {

/// Whose route /spin has cost one worker more than it may.
struct Broken {
    Server server;

    explicit Broken(std::vector<std::string> flags)
        : server({.flags = std::move(flags),
                  .config = "[[route]]\npattern = \"/spin\"\nharakiri = \"1s\"\n",
                  .app = test_app("naps"),
                  .workers = 1}) {
        for (int i = 0; i < 4; ++i) CHECK(server.get("/spin?time=60000").status == 504);
    }
};

}  // namespace

TEST_CASE("a route that has killed too many workers is answered 503, and the others work") {
    Broken broken({});
    const auto& server = broken.server;

    REQUIRE(server.logs("circuit breaker: route /spin "));
    const auto refused = server.get("/spin?time=0");
    CHECK(refused.status == 503);
    CHECK(std::stoi(refused.field("Retry-After")) > 0);
    CHECK(std::stoi(refused.field("Retry-After")) <= 15);
    Client asking(server);
    asking.send(get_request("/spin?time=0", "Expect: 100-continue\r\nContent-Length: 5\r\n"));
    CHECK(asking.read_reply().status == 503);
    CHECK(server.get("/hello").status == 200);
    CHECK(wait_until([&] { return count(server.log(), "harakiri: worker") == 4; }));
    CHECK(server.workers(1).size() == 1);

    server.signal(SIGTERM);
    REQUIRE(server.logs("] stopped"));
    CHECK(contains(server.log_line("route /spin: "), "2 refused by the circuit breaker"));
}

TEST_CASE("a circuit breaker is closed by the first request that is answered in time") {
    Broken broken({"--circuit-breaker-window", "20s"});
    const auto& server = broken.server;
    CHECK(server.get("/spin?time=0").status == 503);

    CHECK(wait_until([&] { return server.get("/spin?time=0").status == 200; }));

    CHECK(server.logs("the circuit breaker of route /spin is closed"));
    CHECK(server.get("/spin?time=0").status == 200);
}

TEST_CASE("a probe that costs its worker its life trips the circuit breaker again") {
    Broken broken({"--circuit-breaker-window", "20s"});
    const auto& server = broken.server;

    CHECK(wait_until([&] { return server.get("/spin?time=60000").status == 504; }));

    CHECK(server.get("/spin?time=0").status == 503);
    CHECK(server.get("/hello").status == 200);
}

TEST_CASE("a circuit breaker of 0 is none") {
    Broken broken({"--circuit-breaker", "0"});

    CHECK(broken.server.get("/spin?time=0").status == 200);
}

TEST_CASE(
    "everyone who is overdue when a circuit breaker trips has his 504, and the pool recovers") {
    const Server server({.config = "[[route]]\npattern = \"/spin\"\nharakiri = \"2s\"\n",
                         .app = test_app("naps"),
                         .workers = 6});
    REQUIRE(server.workers(6).size() == 6);
    std::vector<Client> stuck;
    for (int i = 0; i < 6; ++i) {
        stuck.emplace_back(server);
        stuck.back().send(get_request("/spin?time=60000"));
    }

    int in_time = 0;
    for (auto& client : stuck) in_time += client.read_reply().status == 504 ? 1 : 0;

    // Whom a worker takes last may find the breaker open.
    CHECK(in_time >= 4);
    CHECK(server.logs("circuit breaker: route /spin "));
    CHECK(wait_until([&] { return count(server.log(), "killed: a request exceeded") >= 4; }));
    CHECK(server.workers(6).size() == 6);
    CHECK(server.get("/hello").status == 200);
}
