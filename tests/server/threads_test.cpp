#include "tests/support/load.h"
#include "tests/support/server.h"

#include <doctest/doctest.h>

#include <chrono>
#include <string>
#include <vector>

using namespace curfew::tests;
using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;

namespace {

std::vector<Client> begin(const Server& server, std::string_view target, int number) {
    std::vector<Client> clients;
    for (int i = 0; i < number; ++i) {
        clients.emplace_back(server);
        clients.back().send(get_request(target));
    }
    return clients;
}

}  // namespace

TEST_CASE("as many requests as there are threads take about as long as one") {
    const Server server({.flags = {"--threads", "4"}, .workers = 1});
    CHECK(server.get("/hello").status == 200);

    const auto start = Clock::now();
    auto delayed = begin(server, "/delay/1", 4);
    for (auto& client : delayed) CHECK(client.read_reply().status == 200);

    CHECK(Clock::now() - start >= 1s);
    CHECK(Clock::now() - start < 3s);
}

TEST_CASE("while a thread is free, the worker answers at once") {
    const Server server({.flags = {"--threads", "4"}, .workers = 1});
    auto delayed = begin(server, "/delay/3", 3);

    for (int i = 0; i < 10; ++i) CHECK(server.get("/hello").status == 200);

    for (auto& client : delayed) CHECK_FALSE(client.hears_within(0ms));
    for (auto& client : delayed) CHECK(client.read_reply().status == 200);
}

TEST_CASE("more requests than threads wait for their turn") {
    const Server server({.flags = {"--threads", "2"}, .workers = 1});

    auto delayed = begin(server, "/delay/0.2", 8);

    for (auto& client : delayed) CHECK(client.read_reply().status == 200);
}

TEST_CASE("a worker whose threads are all busy leaves new clients to another") {
    for (const auto* const threads : {"1", "2"}) {
        CAPTURE(threads);
        const Server server({.flags = {"-k", "threads", "--threads", threads}});
        auto delayed = begin(server, "/delay/3", std::stoi(threads));

        for (int i = 0; i < 20; ++i) CHECK(server.get("/hello").status == 200);

        for (auto& client : delayed) CHECK_FALSE(client.hears_within(0ms));
        for (auto& client : delayed) CHECK(client.read_reply().status == 200);
    }
}

TEST_CASE("a sync worker that is busy leaves new clients to another") {
    const Server server;
    auto delayed = begin(server, "/delay/3", 1);

    for (int i = 0; i < 20; ++i) CHECK(server.get("/hello").status == 200);

    CHECK_FALSE(delayed[0].hears_within(0ms));
    CHECK(delayed[0].read_reply().status == 200);
}

TEST_CASE("threads answer many clients without losing one") {
    const Server server({.flags = {"--threads", "4"}});

    const auto tally = run_load(server, "/hello", 8, 500);

    CHECK(tally.answered == 4000);
}
