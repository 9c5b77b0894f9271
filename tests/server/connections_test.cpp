#include "tests/support/server.h"
#include "tests/support/wait_until.h"

#include <doctest/doctest.h>
#include <sys/resource.h>

#include <chrono>
#include <string>
#include <vector>

using namespace curfew;
using namespace curfew::tests;
using namespace std::chrono_literals;

TEST_CASE("connections beyond worker_connections wait until one of the others ends") {
    const Server server(
        {.flags = {"--worker-connections", "5", "--keep-alive", "1h"}, .workers = 1});
    std::vector<Client> kept;
    for (int i = 0; i < 5; ++i) {
        kept.emplace_back(server);
        REQUIRE(kept.back().get("/hello").status == 200);
    }

    Client waiting(server);
    waiting.send(get_request("/hello"));
    CHECK_FALSE(waiting.hears_within(200ms));
    CHECK(kept[2].get("/hello").status == 200);
    kept.pop_back();

    CHECK(waiting.read_reply().status == 200);
}

TEST_CASE("what one worker has no room for, another takes") {
    const Server server({.flags = {"--worker-connections", "5", "--keep-alive", "1h"}});
    std::vector<Client> kept;

    for (int i = 0; i < 10; ++i) {
        kept.emplace_back(server);
        CHECK(kept.back().get("/hello").status == 200);
    }
}

TEST_CASE("a worker without descriptors waits for some, and recovers") {
    const Server server({.flags = {"--keep-alive", "1h", "--header-timeout", "1h"},
                         .workers = 1,
                         .before_exec = [] {
                             const rlimit few{.rlim_cur = 40, .rlim_max = 40};
                             checked(::setrlimit(RLIMIT_NOFILE, &few), "setrlimit");
                         }});
    const auto pid = server.worker();
    std::vector<Client> many;
    for (int i = 0; i < 60; ++i) many.emplace_back(server);
    REQUIRE(server.logs("cannot accept: Too many open files"));
    Client late(server);
    late.send(get_request("/hello"));

    many.clear();

    CHECK(late.read_reply().status == 200);
    CHECK(server.get("/hello").status == 200);
    CHECK(server.worker() == pid);
    CHECK(count(server.log(), "cannot accept") < 200);  // it does not spin
}

TEST_CASE("more connections than files that a process may open are worth a warning") {
    const Server server({.flags = {"--worker-connections", "300"}, .before_exec = [] {
                             const rlimit few{.rlim_cur = 300, .rlim_max = 300};
                             ::setrlimit(RLIMIT_NOFILE, &few);
                         }});

    CHECK(contains(server.log(), "worker_connections is 300, but a process may open 300 files"));
    CHECK_FALSE(contains(Server().log(), "worker_connections"));
}
