#include "tests/support/server.h"
#include "tests/support/wait_until.h"

#include <doctest/doctest.h>

#include <csignal>
#include <cstdlib>
#include <string>
#include <vector>

using namespace curfew::tests;

namespace {

Setup of_class(const std::string& name) {
    return {.flags = {"--worker-class", name, "--threads", name == "threads" ? "4" : "1"},
            .app = test_app("forks"),
            .workers = 1};
}

std::vector<Setup> every_class() {
    return {of_class("sync"), of_class("threads"), of_class("fiber")};
}

/// Those that live, but for zombies: their parent never waits for them.
std::vector<pid_t> living_children_of(pid_t pid) {
    auto children = children_of(pid);
    std::erase_if(children, [](pid_t child) { return !is_alive(child); });
    return children;
}

bool has_no_children(pid_t pid) {
    return wait_until([&] { return living_children_of(pid).empty(); });
}

pid_t noted(const Server& server, const std::string& file) {
    REQUIRE(wait_until([&] { return !server.read(file).empty(); }));
    return std::stoi(server.read(file));
}

}  // namespace

TEST_CASE("a process that a handler forks and that comes back is ended, and answers nobody") {
    for (const auto& setup : every_class()) {
        const Server server(setup);
        const auto worker = server.worker();
        for (const std::string how : {"fork", "_Fork", "clone"}) {
            for (const std::string path : {"/back", "/back/thread", "/throw"}) {
                CAPTURE(setup.flags[1] + " " + how + " " + path);
                for (int i = 0; i < 5; ++i) {
                    const auto reply = server.get(path + "?how=" + how);
                    CHECK(reply.status == 200);
                    CHECK(reply.body == "parent");
                }
            }
        }

        CHECK(has_no_children(worker));
        CHECK(server.worker() == worker);
        CHECK(server.logs("forked by route /back in request "));
        CHECK(server.logs("forked by route /throw in request "));
    }
}

TEST_CASE("on a connection that is kept, each request has one answer") {
    for (const auto& setup : every_class()) {
        CAPTURE(setup.flags[1]);
        const Server server(setup);
        Client client(server);
        for (int i = 0; i < 10; ++i) {
            client.send(get_request("/back"));
            CHECK(client.read_reply().body == "parent");
        }
        client.send(get_request("/worker"));
        CHECK(client.read_reply().body == std::to_string(server.worker()));
    }
}

TEST_CASE("what is forked may wait before it comes back, and does not run the worker's loop") {
    for (const auto& setup : every_class()) {
        CAPTURE(setup.flags[1]);
        const Server server(setup);
        const auto worker = server.worker();

        for (int i = 0; i < 10; ++i) {
            CHECK(server.get("/back?nap=1").body == "parent");
            CHECK(server.get("/worker").body == std::to_string(worker));
        }

        CHECK(has_no_children(worker));
    }
}

TEST_CASE("a process that leaves a function with a limit, or a stream, is ended as well") {
    for (const auto& setup : every_class()) {
        CAPTURE(setup.flags[1]);
        const Server server(setup);
        const auto worker = server.worker();
        for (const std::string strategy : {"thread", "deadline", "fiber", "alarm", "timer"}) {
            CAPTURE(strategy);
            CHECK(server.get("/within?strategy=" + strategy).body == "parent");
        }
        CHECK(server.get("/stream").body == "parent parent parent ");

        CHECK(has_no_children(worker));
        CHECK(server.logs("forked by route /stream"));
    }
}

TEST_CASE("a handler may wait for such a process, which has status 1") {
    for (const auto& setup : every_class()) CHECK(Server(setup).get("/seen").body == "1");
}

TEST_CASE("a process that stays in its handler ends with the worker, and keeps no port") {
    for (const auto& setup : every_class()) {
        CAPTURE(setup.flags[1]);
        pid_t child = 0;
        {
            const Server server(setup);
            const auto worker = server.worker();
            CHECK(server.get("/stays").body == "parent");
            child = noted(server, "stays");
            REQUIRE(is_alive(child));

            ::kill(worker, SIGTERM);

            CHECK(wait_until([&] { return !is_alive(child); }));
            CHECK(wait_until([&] { return !is_alive(worker); }));
        }
        if (is_alive(child)) ::kill(child, SIGKILL);
    }
}

TEST_CASE(
    "a process that stays in its handler is ended by SIGTERM, which its worker does not hear") {
    for (const auto& setup : every_class()) {
        CAPTURE(setup.flags[1]);
        const Server server(setup);
        const auto worker = server.worker();
        CHECK(server.get("/stays").body == "parent");
        const auto child = noted(server, "stays");
        REQUIRE(is_alive(child));

        ::kill(child, SIGTERM);

        CHECK(wait_until([&] { return !is_alive(child); }));
        CHECK(server.get("/worker").body == std::to_string(worker));
        CHECK_FALSE(contains(server.log(), "drains"));
    }
}

TEST_CASE("a daemon, and a program that is executed, outlive the worker that made them") {
    for (const auto& setup : every_class()) {
        const Server server(setup);
        const auto worker = server.worker();
        for (const std::string path : {"/daemon", "/executes"})
            CHECK(server.get(path).status == 200);
        const auto daemon = noted(server, "daemon");
        const auto executed = noted(server, "executed");
        REQUIRE(wait_until([&] { return title_of(executed).starts_with("sleep"); }));

        ::kill(worker, SIGTERM);
        CHECK(wait_until([&] { return !is_alive(worker); }));
        CHECK(server.worker() != worker);

        CHECK(is_alive(daemon));
        CHECK(is_alive(executed));
        for (const pid_t pid : {daemon, executed}) ::kill(pid, SIGKILL);
        CHECK(wait_until([&] { return !is_alive(daemon) && !is_alive(executed); }));
    }
}

TEST_CASE("what is forked while the application starts does not become a second server") {
    Setup setup = of_class("sync");
    setup.before_exec = [] { ::setenv("FORK_IN_ROUTES", "1", 1); };
    const Server server(setup);
    const auto worker = server.worker();

    for (int i = 0; i < 10; ++i) CHECK(server.get("/worker").body == std::to_string(worker));

    CHECK(has_no_children(worker));
    CHECK(server.logs("forked by route (the application's start)"));
}
