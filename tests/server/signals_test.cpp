#include "tests/support/server.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <csignal>

using namespace curfew::tests;

TEST_CASE("a terminal that is resized tells everybody, and means nobody") {
    const Server server;
    for (const pid_t pid : server.workers(2)) ::kill(pid, SIGWINCH);

    for (int i = 0; i < 10; ++i) CHECK(server.get("/hello").status == 200);

    CHECK(server.workers(2).size() == 2);
}

TEST_CASE("SIGTTIN adds a worker and SIGTTOU dismisses the youngest") {
    const Server server;
    const auto first = server.workers(2);

    server.signal(SIGTTIN);
    const auto more = server.workers(3);
    server.signal(SIGTTOU);
    const auto after = server.workers(2);

    CHECK(more.size() == 3);
    CHECK(after == first);
    CHECK(server.get("/hello").status == 200);
}

TEST_CASE("the last worker is not dismissed") {
    const Server server({.workers = 1});
    const auto pid = server.worker();

    server.signal(SIGTTOU);
    REQUIRE(server.logs("1 workers from now on"));

    CHECK(server.worker() == pid);
    CHECK(server.get("/hello").status == 200);
}

TEST_CASE("a dismissed worker finishes what it has") {
    const Server server({.flags = {"--threads", "2"}});
    std::vector<Client> clients;
    for (int i = 0; i < 4; ++i) {
        clients.emplace_back(server);
        clients.back().send(get_request("/delay/1"));
    }
    REQUIRE(server.get("/hello").status == 200);  // the delays were accepted before this

    server.signal(SIGTTOU);

    for (auto& client : clients) CHECK(client.read_reply().status == 200);
    CHECK(server.workers(1).size() == 1);
}

TEST_CASE("signals that a terminal sends to all leave the workers to the master") {
    const Server server;
    const auto before = server.workers(2);

    for (const auto pid : before) {
        for (const int signal : {SIGINT, SIGQUIT, SIGTTIN}) ::kill(pid, signal);
    }

    CHECK(server.get("/hello").status == 200);
    CHECK(server.workers(2) == before);
}
