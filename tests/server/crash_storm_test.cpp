#include "tests/support/server.h"
#include "tests/support/wait_until.h"

#include <doctest/doctest.h>

#include <atomic>
#include <chrono>
#include <functional>
#include <optional>
#include <string>
#include <thread>
#include <vector>

using namespace curfew::tests;
using namespace std::chrono_literals;

namespace {

/// Longer than any pause that the server could make before its next fork.
constexpr auto storm = 10s;

/// What healthy clients have got meanwhile.
struct Healthy {
    int answered = 0;  ///< with 200
    int others = 0;
    int refused = 0;  ///< nobody listened, or the connection ended without an answer
};

/// Does it again and again until the storm is over.
void until_over(const std::atomic<bool>& over, const std::function<void()>& action) {
    while (!over) action();
}

/// One client that keeps its connection, or makes one for each request.
Healthy ask(const Server& server, const std::string& target, bool keep,
            const std::atomic<bool>& over) {
    Healthy healthy;
    std::optional<Client> client;
    until_over(over, [&] {
        try {
            if (!client || !keep) client.emplace(server);
            const auto reply = client->get(target, keep ? "" : "Connection: close\r\n");
            ++(reply.status == 200 && reply.whole ? healthy.answered : healthy.others);
            // The server closes first. Else each would leave a port of this machine in TIME_WAIT,
            // until none is left for the servers of other tests.
            if (!keep) CHECK(client->closed());
            if (reply.field("Connection") == "close") client.reset();
        } catch (const std::exception&) {
            ++healthy.refused;
            client.reset();
        }
        std::this_thread::sleep_for(2ms);
    });
    return healthy;
}

/// Fifty requests a second that end their worker, whatever becomes of each.
int crash(const Server& server, const std::string& target, const std::atomic<bool>& over) {
    int asked = 0;
    until_over(over, [&] {
        try {
            Client client(server);
            client.send(get_request(target));
            std::this_thread::sleep_for(20ms);
        } catch (const std::exception&) {
        }
        ++asked;
    });
    return asked;
}

void survives(const std::vector<std::string>& flags, const std::string& target) {
    const Server server({.flags = flags});
    REQUIRE(server.workers(2).size() == 2);
    std::atomic<bool> over{false};
    int asked = 0;
    std::vector<Healthy> results(3);
    std::vector<std::thread> threads;
    threads.emplace_back([&] { asked = crash(server, target, over); });
    threads.emplace_back([&] { results[0] = ask(server, "/hello", false, over); });
    threads.emplace_back([&] { results[1] = ask(server, "/hello", true, over); });
    // Of class threads or fiber, it is often running beside the request that crashes.
    threads.emplace_back([&] { results[2] = ask(server, "/delay/0.02", true, over); });
    std::this_thread::sleep_for(storm);
    over = true;
    for (auto& thread : threads) thread.join();

    CHECK(asked >= 50);
    for (const auto& healthy : results) {
        CHECK(healthy.answered >= 50);
        CHECK(healthy.others == 0);
        CHECK(healthy.refused == 0);
    }
    CHECK(server.logs("circuit breaker: route /crash/"));
    CHECK_FALSE(contains(server.log(), "circuit breaker: route /delay"));
    CHECK_FALSE(contains(server.log(), "the next is forked in"));
    CHECK(server.workers(2).size() == 2);
}

}  // namespace

TEST_CASE("a route that crashes costs the others nothing: class sync") {
    survives({}, "/crash/segv");
}

TEST_CASE("a route that crashes costs the others nothing: class threads") {
    survives({"-k", "threads", "--threads", "4"}, "/crash/segv");
}

TEST_CASE("a route that crashes costs the others nothing: class fiber") {
    survives({"-k", "fiber"}, "/crash/segv");
}

TEST_CASE("a route that exits costs the others nothing") {
    survives({"-k", "threads", "--threads", "4"}, "/crash/exit");
}

TEST_CASE("without a circuit breaker a route that crashes still costs the others no answer") {
    const Server server({.flags = {"--circuit-breaker", "0", "-k", "fiber"}});
    std::atomic<bool> over{false};
    std::thread crashes([&] { crash(server, "/crash/abort", over); });
    Healthy healthy;
    std::thread client([&] { healthy = ask(server, "/delay/0.02", true, over); });

    CHECK(wait_until([&] { return count(server.log(), "crashed: SIGABRT") >= 20; }));
    over = true;
    crashes.join();
    client.join();

    CHECK(healthy.answered > 0);
    CHECK(healthy.others == 0);
    CHECK(healthy.refused == 0);
    CHECK_FALSE(contains(server.log(), "the next is forked in"));
}
