#include "tests/support/load.h"
#include "tests/support/server.h"

#include <doctest/doctest.h>

#include <chrono>
#include <csignal>
#include <string>
#include <vector>

using namespace curfew::tests;
using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;

namespace {

Server fibers(std::vector<std::string> more = {}) {
    std::vector<std::string> flags = {"-k", "fiber"};
    flags.insert(flags.end(), more.begin(), more.end());
    return Server({.flags = flags, .app = test_app("naps"), .workers = 1});
}

std::vector<Client> begin(const Server& server, const std::vector<std::string>& targets) {
    std::vector<Client> clients;
    for (const auto& target : targets) {
        clients.emplace_back(server);
        clients.back().send(get_request(target));
    }
    return clients;
}

std::vector<Client> begin(const Server& server, const std::string& target, std::size_t number) {
    return begin(server, std::vector<std::string>(number, target));
}

constexpr auto strategies = {"none",  "io",         "deadline", "thread",
                             "timer", "checkpoint", "alarm",    "fiber"};

}  // namespace

TEST_CASE("a thousand slow requests in one worker take about as long as one") {
    const auto server = fibers({"--worker-connections", "1100"});
    const auto pid = server.worker();

    const auto start = Clock::now();
    auto clients = begin(server, "/nap/none?time=1000", 1000);
    for (auto& client : clients) CHECK(client.read_reply().body == "slept\n");

    CHECK(Clock::now() - start >= 1s);
    CHECK(Clock::now() - start < 10s);
    CHECK(server.worker() == pid);
}

TEST_CASE("while requests wait, others are answered") {
    const auto server = fibers();
    auto slow = begin(server, "/nap/none?time=3000", 20);

    for (int i = 0; i < 20; ++i) CHECK(server.get("/hello").status == 200);

    for (auto& client : slow) CHECK_FALSE(client.hears_within(0ms));
    for (auto& client : slow) CHECK(client.read_reply().status == 200);
}

TEST_CASE("under every strategy limits hold for many requests at once, each for its own") {
    const auto server = fibers({"--worker-connections", "200"});
    for (const std::string strategy : strategies) {
        CAPTURE(strategy);
        const bool wakes = strategy != "none" && strategy != "io" && strategy != "checkpoint";
        std::vector<std::string> targets;
        for (int i = 0; i < 25; ++i) {
            const auto limit = std::to_string(100 + 5 * (i * 13 % 25));
            targets.push_back("/nap/" + strategy + "?time=700&limit=" + limit);
            targets.push_back("/nap/" + strategy + "?time=50&limit=20000");
        }

        const auto start = Clock::now();
        auto clients = begin(server, targets);
        for (std::size_t i = 0; i < clients.size(); ++i) {
            CAPTURE(targets[i]);
            const auto reply = clients[i].read_reply();
            const bool tight = i % 2 == 0;
            const bool ended_late = strategy == "checkpoint";  // told only when the sleep is over
            CHECK(reply.body == (tight && (wakes || ended_late) ? "woken\n" : "slept\n"));
        }
        CHECK(Clock::now() - start < 10s);
        if (!wakes) CHECK(Clock::now() - start >= 700ms);
    }
}

TEST_CASE("a route's limit ends a fiber that sleeps") {
    const auto server = fibers();
    auto clients = begin(server, "/within/x?time=20000", 50);
    for (auto& client : clients) CHECK(client.read_reply().status == 504);
}

TEST_CASE("each fiber handles its own exception, also after a wait in the middle of it") {
    const auto server = fibers();
    std::vector<std::string> targets;
    for (int i = 0; i < 30; ++i) {
        targets.push_back("/catch/" + std::to_string(i) +
                          "?time=" + std::to_string(20 + i * 17 % 30 * 5));
    }
    auto clients = begin(server, targets);
    for (std::size_t i = 0; i < clients.size(); ++i) {
        CHECK(clients[i].read_reply().body == std::to_string(i));
    }
}

TEST_CASE("a stream that waits between its pieces leaves the loop to others") {
    const auto server = fibers();
    auto streams = begin(server, "/stream", 20);

    const auto start = Clock::now();
    for (auto& client : streams) CHECK(count(client.read_reply().body, "piece") == 5);

    CHECK(Clock::now() - start < 4s);  // one after the other: 6 s
}

TEST_CASE("pipelined requests are answered in order") {
    const auto server = fibers();
    Client client(server);
    client.send(get_request("/nap/none?time=200") + get_request("/hello") +
                get_request("/catch/third?time=10"));

    CHECK(client.read_reply().body == "slept\n");
    CHECK(client.read_reply().body == "Hello\n");
    CHECK(client.read_reply().body == "third");
}

TEST_CASE("a fiber that computes holds up the others, and harakiri ends it") {
    const auto server = fibers({"--timeout", "300ms"});
    const auto pid = server.worker();
    Client spins(server);

    spins.send(get_request("/spin?time=20000"));

    CHECK(server.logs(") killed: a request exceeded its limit"));
    CHECK(server.worker() != pid);
    CHECK(server.get("/hello").status == 200);
}

TEST_CASE("a fiber's stack is as large as was asked for") {
    const auto server = fibers({"--fiber-stack", "4m"});
    const auto pid = server.worker();

    CHECK(server.get("/deep?pages=900").status == 200);
    CHECK(server.worker() == pid);
}

TEST_CASE("a fiber that outgrows its stack crashes, and touches nobody else's memory") {
    const auto server = fibers({"--fiber-stack", "64k"});
    const auto pid = server.worker();

    CHECK(server.get("/deep?pages=100").status == 502);
    CHECK(server.logs("SIGSEGV"));
    CHECK(server.worker() != pid);
}

TEST_CASE("waiting requests finish when the server stops") {
    auto server = fibers();
    auto clients = begin(server, "/nap/none?time=500", 30);
    CHECK(server.get("/hello").status == 200);

    server.signal(SIGTERM);

    for (auto& client : clients) CHECK(client.read_reply().body == "slept\n");
    CHECK(server.exit_status() == 0);
}

TEST_CASE("fibers answer many clients without losing one") {
    const auto server = fibers();

    const auto tally = run_load(server, "/hello", 8, 500);

    CHECK(tally.answered == 4000);
}

TEST_CASE("name look-ups that get no answer keep no other fiber") {
    const Server server({.flags = {"-k", "fiber"}, .workers = 1});
    const auto start = Clock::now();

    auto clients = begin(server, "/timeout/deadline/dns?limit=2&seconds=10&census=no", 8);
    CHECK(server.get("/hello").status == 200);
    CHECK(Clock::now() - start < 2s);

    for (auto& client : clients) {
        const auto reply = client.read_reply();
        CAPTURE(reply.body);
        CHECK(reply.status == 504);
    }
    CHECK(Clock::now() - start >= 2s);
    CHECK(Clock::now() - start < 10s);  // one after the other would be 16
}
