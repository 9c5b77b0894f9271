#include "tests/support/server.h"

#include <doctest/doctest.h>

#include <atomic>
#include <chrono>
#include <csignal>
#include <string>
#include <string_view>
#include <thread>

using namespace curfew::tests;
using namespace std::chrono_literals;

namespace {

constexpr int pieces = 25;

/// Sends 50 MB as a client does that reads only afterwards, and over a network that takes longer
/// than a second. `before` and `after`: what frames each piece. False if the connection breaks.
bool send_all(Client& client, std::string_view before, std::string_view after) {
    const std::string piece =
        std::string(before) + std::string(2'000'000, 'x') + std::string(after);
    for (int i = 0; i < pieces; ++i) {
        std::this_thread::sleep_for(100ms);  // the pace: 2.5 s in all
        if (!client.send(piece)) return false;
    }
    return true;
}

void check_answered(Client& client, int status) {
    const auto reply = client.read_reply();
    CHECK(reply.status == status);
    CHECK(reply.whole);
    CHECK(reply.field("Connection") == "close");
    CHECK(client.closed());
    CHECK_FALSE(client.was_reset());
}

}  // namespace

TEST_CASE("a client that reads only after it has sent everything gets its 413") {
    for (const auto* const bind : {"127.0.0.1:0", "unix:curfew.sock"}) {
        CAPTURE(bind);
        const Server server({.workers = 1, .bind = {bind}});
        Client client(server);

        client.send("POST /echo HTTP/1.1\r\nHost: test\r\nContent-Length: 50000000\r\n\r\n");
        CHECK(send_all(client, "", ""));

        check_answered(client, 413);
    }
}

TEST_CASE("a client that reads only after it has sent all of its chunks gets its 413") {
    const Server server({.workers = 1});
    Client client(server);

    client.send("POST /echo HTTP/1.1\r\nHost: test\r\nTransfer-Encoding: chunked\r\n\r\n");
    CHECK(send_all(client, "1e8480\r\n", "\r\n"));
    CHECK(client.send("0\r\n\r\n"));

    check_answered(client, 413);
}

TEST_CASE("a client that goes on sending what cannot be understood gets its 400") {
    const Server server({.workers = 1});
    Client client(server);

    client.send("nonsense\r\n\r\n");
    CHECK(send_all(client, "", ""));

    check_answered(client, 400);
}

TEST_CASE("a client that is still sending is waited for while its worker has to go, for a while") {
    const Server server({.workers = 1});
    Client client(server);
    client.send("POST /echo HTTP/1.1\r\nHost: test\r\nContent-Length: 50000000\r\n\r\n");
    REQUIRE(client.hears_within(20s));

    server.signal(SIGTERM);
    CHECK(send_all(client, "", ""));

    check_answered(client, 413);
}

TEST_CASE("a client that never stops sending does not keep a worker that has to go") {
    const Server server({.flags = {"--graceful-timeout", "10m"}, .workers = 1});
    Client client(server);
    client.send("POST /echo HTTP/1.1\r\nHost: test\r\nContent-Length: 1000000000\r\n\r\n");
    REQUIRE(client.hears_within(20s));
    std::atomic<bool> over{false};
    std::thread sender([&] {
        const std::string piece(100'000, 'x');
        while (!over && client.send(piece)) std::this_thread::sleep_for(50ms);  // the pace
    });

    server.signal(SIGTERM);
    const bool stopped = server.logs("] stopped");
    over = true;
    sender.join();

    CHECK(stopped);
}
