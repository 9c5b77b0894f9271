#include "tests/support/server.h"
#include "tests/support/wait_until.h"

#include <doctest/doctest.h>

#include <chrono>
#include <filesystem>
#include <fstream>
#include <csignal>
#include <string>
#include <thread>

using namespace curfew::tests;
using namespace std::chrono_literals;

namespace {

/// A stamp of so long ago, as nginx sends it.
std::string stamp(std::chrono::milliseconds ago) {
    const auto at = std::chrono::system_clock::now().time_since_epoch() - ago;
    const auto ms = std::chrono::duration_cast<std::chrono::milliseconds>(at).count();
    auto thousandths = std::to_string(ms % 1000);
    thousandths.insert(0, 3 - thousandths.size(), '0');
    return "X-Request-Start: t=" + std::to_string(ms / 1000) + "." + thousandths + "\r\n";
}

/// A server whose only worker is busy with one client while another waits, for so long.
struct Queue {
    Server server;
    Client busy{server};
    Client waiting{server};

    Queue(const std::string& config, const std::string& target, std::chrono::milliseconds wait)
        : server({.config = config, .app = test_app("routes"), .workers = 1}) {
        busy.send(get_request("/wait/began"));
        REQUIRE(wait_until([&] { return std::filesystem::exists(server.directory() / "began"); }));
        waiting.send(get_request(target));
        std::this_thread::sleep_for(wait);
        std::ofstream(server.directory() / "began.go") << "";
    }
};

}  // namespace

TEST_CASE("what a request has waited to be accepted is taken off its limit") {
    Queue queue("timeout = \"60s\"\n", "/deadline", 800ms);

    CHECK(queue.busy.read_reply().status == 200);
    const auto reply = queue.waiting.read_reply();

    REQUIRE(reply.status == 200);
    const auto left = std::stoi(reply.body);
    CHECK(left < 60'000 - 700);
    CHECK(left > 30'000);
}

TEST_CASE("a request whose time was up before it was accepted is answered 504, and nobody dies") {
    Queue queue("[[route]]\npattern = \"/deadline\"\nharakiri = \"300ms\"\n", "/deadline", 800ms);
    const auto pid = queue.server.worker();

    CHECK(queue.busy.read_reply().status == 200);
    const auto reply = queue.waiting.read_reply();

    CHECK(reply.status == 504);
    CHECK(contains(reply.body, "the time was up before the handler could begin"));
    CHECK(queue.waiting.get("/deadline").status == 200);
    CHECK(queue.server.worker() == pid);
    CHECK_FALSE(contains(queue.server.log(), "harakiri"));

    queue.server.signal(SIGTERM);
    REQUIRE(queue.server.logs("] stopped"));
    CHECK(contains(queue.server.log_line("route /deadline: "), ": 1 too late to begin"));
}

TEST_CASE("what a request has waited at a trusted proxy is taken off its limits") {
    const Server server({.flags = {"--timeout", "60s", "--max-queue-time", "5m"},
                         .app = test_app("naps"),
                         .workers = 1});
    Client client(server);

    CHECK(std::stoi(client.get("/deadline").body) > 30'000);
    const auto left = std::stoi(client.get("/deadline", stamp(40s)).body);
    CHECK(left <= 20'000);
    CHECK(left > 0);
    CHECK(client.get("/deadline", stamp(61s)).status == 504);
    CHECK(client.get("/deadline", "Request-Timeout: 1\r\n" + stamp(2s)).status == 504);
    const auto line = server.log_line("answered 504 without running");
    CHECK(contains(line, " GET /deadline: "));
    CHECK(contains(line, "X-Request-Start of 127.0.0.1:"));
}

TEST_CASE("a proxy whose clock is wrong is not believed, and the log says so, seldom") {
    const Server server({.app = test_app("naps"), .workers = 1});
    Client client(server);

    for (const auto ago : {60'000ms, 31'000ms, -5'000ms}) {
        CAPTURE(ago.count());
        const auto reply = client.get("/deadline", stamp(ago));
        REQUIRE(reply.status == 200);
        CHECK(std::stoi(reply.body) > 10'000);
    }

    CHECK(contains(server.log_line("is the clock of that proxy wrong?"), " ms ago, "));
    CHECK(count(server.log(), "is the clock of that proxy wrong?") == 1);
}

TEST_CASE("nobody else is believed") {
    const Server server({.flags = {"--timeout", "60s", "--forwarded-allow-ips", "203.0.113.9"},
                         .app = test_app("naps"),
                         .workers = 1});

    CHECK(std::stoi(server.get("/deadline", stamp(61s)).body) > 30'000);
}

TEST_CASE("a limit that is short because of a queue is enforced on time") {
    const Server server({.flags = {"--timeout", "40s", "--max-queue-time", "1m"},
                         .app = test_app("naps"),
                         .workers = 1});
    const auto start = std::chrono::steady_clock::now();

    CHECK(server.get("/spin?time=60000", stamp(39s)).status == 504);

    CHECK(std::chrono::steady_clock::now() - start < 20s);
    CHECK(server.logs("harakiri: "));
}
