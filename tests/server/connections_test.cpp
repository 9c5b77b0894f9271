#include "tests/support/server.h"
#include "tests/support/wait_until.h"

#include <doctest/doctest.h>
#include <sys/resource.h>

#include <atomic>
#include <chrono>
#include <optional>
#include <string>
#include <thread>
#include <vector>

using namespace curfew;
using namespace curfew::tests;
using namespace std::chrono_literals;

namespace {

Setup five(std::vector<std::string> flags = {}) {
    std::vector<std::string> all = {"--worker-connections", "5",  "--keep-alive", "1h",
                                    "--header-timeout",     "1h", "--timeout",    "1m"};
    all.insert(all.end(), flags.begin(), flags.end());
    return {.flags = all, .workers = 1};
}

}  // namespace

TEST_CASE("the connection that is idle for longest makes room for a new client") {
    for (const auto* const worker_class : {"sync", "threads", "fiber"}) {
        CAPTURE(worker_class);
        const Server server(five({"--worker-class", worker_class}));
        std::vector<Client> kept;
        for (int i = 0; i < 5; ++i) {
            kept.emplace_back(server);
            REQUIRE(kept.back().get("/hello").status == 200);
        }
        REQUIRE(kept[0].get("/hello").status == 200);  // now the second is idle for longest

        CHECK(server.get("/hello").status == 200);

        CHECK(kept[1].closed());
        CHECK_FALSE(kept[1].was_reset());
        for (const auto i : {0U, 2U, 3U, 4U}) CHECK(kept[i].get("/hello").status == 200);
        CHECK(server.logs("(worker_connections) of worker"));
    }
}

TEST_CASE("the oldest request whose head is not whole makes room, if no connection is idle") {
    const Server server(five());
    std::vector<Client> half;
    for (int i = 0; i < 5; ++i) {
        half.emplace_back(server);
        half.back().send("GET /hello HTTP/1.1\r\n");
        REQUIRE(wait_until(
            [&] { return Client(server).get("/hello", "Connection: close\r\n").status == 200; }));
    }

    Client last(server);
    CHECK(last.get("/hello").status == 200);

    CHECK(half[0].read_reply().status == 408);
    CHECK(half[0].closed());
    half[1].send("Host: test\r\n\r\n");
    CHECK(half[1].read_reply().status == 200);
}

TEST_CASE(
    "an idle connection makes room before a request whose head is not whole, though younger") {
    const Server server(five());
    Client half(server);
    half.send("GET /hello HTTP/1.1\r\n");
    std::vector<Client> kept;
    for (int i = 0; i < 4; ++i) {
        kept.emplace_back(server);
        REQUIRE(kept.back().get("/hello").status == 200);
    }
    std::this_thread::sleep_for(200ms);  // one that is idle for less may be about to be used

    CHECK(server.get("/hello").status == 200);

    CHECK(kept[0].closed());
    half.send("Host: test\r\n\r\n");
    CHECK(half.read_reply().status == 200);
}

TEST_CASE("requests that are being handled do not make room: new clients wait") {
    const Server server(five({"--worker-class", "fiber"}));
    std::vector<Client> busy;
    for (int i = 0; i < 5; ++i) {
        busy.emplace_back(server);
        busy.back().send(get_request("/stream/3?interval=400ms"));
        REQUIRE(busy.back().hears_within(20s));
    }

    CHECK(server.get("/hello").status == 200);

    for (auto& client : busy) CHECK(client.read_reply().whole);
}

TEST_CASE("connections in constant use end with one of their responses when a new client waits") {
    const Server server(five());
    std::atomic<bool> answered{false};
    std::atomic<int> in_use{0};
    std::atomic<int> failures{0};
    std::vector<std::thread> busy;
    for (int i = 0; i < 5; ++i) {
        busy.emplace_back([&] {
            std::optional<Client> client;
            for (bool first = true; !answered; first = false) {
                if (!client) client.emplace(server);
                const auto reply = client->get("/hello");
                if (reply.status != 200) ++failures;
                if (first) ++in_use;
                if (reply.field("Connection") == "close") client.reset();
            }
        });
    }

    // Sooner it could still find a free place.
    const bool all_in_use = wait_until([&] { return in_use == 5; });
    std::string complaint;
    try {
        if (all_in_use && server.get("/hello").status != 200) complaint = "another answer";
    } catch (const std::exception& error) {
        complaint = error.what();
    }
    answered = true;
    for (auto& thread : busy) thread.join();

    CHECK(all_in_use);
    CHECK(complaint.empty());
    CHECK(failures == 0);
}

TEST_CASE("hundreds of silent connections keep nobody else out") {
    const Server server({.flags = {"--worker-connections", "50", "--header-timeout", "1h"}});
    std::vector<Client> silent;
    for (int i = 0; i < 300; ++i) {
        silent.emplace_back(server);
        silent.back().send("G");
    }

    for (int i = 0; i < 20; ++i) CHECK(server.get("/hello").status == 200);
}

TEST_CASE("a client has no more than client_connections, proxies and Unix sockets any number") {
    const auto served = [](const Server& server, std::size_t url, int clients) {
        std::vector<Client> kept;
        int count = 0;
        for (int i = 0; i < clients; ++i) {
            kept.emplace_back(server.urls()[url]);
            count += kept.back().get("/hello").status == 200 ? 1 : 0;
        }
        return count;
    };
    const std::vector<std::string> bound = {"--client-connections", "3", "--keep-alive", "1h"};
    auto strangers = bound;
    strangers.insert(strangers.end(), {"--forwarded-allow-ips", "192.0.2.1"});
    const Server server(
        {.flags = strangers, .workers = 1, .bind = {"127.0.0.1:0", "unix:curfew.sock"}});

    CHECK(served(server, 0, 5) == 3);
    CHECK(server.logs("client 127.0.0.1 has 3 connections, as many as client_connections allows"));
    CHECK(wait_until([&] { return served(server, 0, 3) == 3; }));  // those have gone
    CHECK(served(server, 1, 5) == 5);
    CHECK(served(Server({.flags = bound, .workers = 1}), 0, 5) == 5);
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

    CHECK(server.logs("worker_connections is 300, but a process may open 300 files"));
    const Server usual;
    CHECK(usual.get("/hello").status == 200);
    CHECK_FALSE(contains(usual.log(), "worker_connections"));
}
