#include "tests/support/server.h"
#include "tests/support/wait_until.h"

#include <doctest/doctest.h>

#include <csignal>
#include <cstdlib>
#include <string>

using namespace curfew::tests;

namespace {

Setup of_class(const std::string& name, std::vector<std::string> flags = {}) {
    flags.insert(flags.end(), {"--worker-class", name, "--threads", name == "threads" ? "2" : "1"});
    return {.flags = std::move(flags), .app = test_app("endings"), .workers = 1};
}

constexpr const char* classes[] = {"sync", "threads", "fiber"};

/// True once that worker has ended as a program does that returns from main.
bool ended_in_order(const Server& server, pid_t worker) {
    const auto of_it = " of " + std::to_string(worker) + "\n";
    return server.logs("(pid " + std::to_string(worker) + ") finished") &&
           count(server.read("ends"), "atexit" + of_it) == 1 &&
           count(server.read("ends"), "destructor" + of_it) == 1 &&
           count(server.read("unflushed"), "line" + of_it) == 1;
}

}  // namespace

TEST_CASE("a worker that ends runs exit handlers and destructors, and flushes stdio") {
    for (const std::string name : classes) {
        CAPTURE(name);
        {
            const Server server(of_class(name));
            const auto worker = server.worker();
            REQUIRE(server.get("/").status == 200);
            server.signal(SIGTERM);
            CHECK(server.exit_status() == 0);
            CHECK(ended_in_order(server, worker));
            CHECK(count(server.read("ends"), "\n") == 2);  // not the keeper, nor the master
        }
        {
            const Server server(of_class(name));
            const auto worker = server.worker();
            REQUIRE(server.get("/").status == 200);
            server.signal(SIGHUP);
            CHECK(ended_in_order(server, worker));
        }
        {
            const Server server(of_class(name, {"--max-requests", "1"}));
            const auto worker = server.worker();
            REQUIRE(server.get("/").status == 200);
            CHECK(ended_in_order(server, worker));
        }
    }
}

TEST_CASE("an end that takes too long is cut short") {
    auto setup = of_class("sync", {"--graceful-timeout", "4s"});
    setup.before_exec = [] { ::setenv("ENDS_NEVER", "1", 1); };
    const Server server(setup);
    const auto worker = server.worker();
    REQUIRE(server.get("/").status == 200);

    ::kill(worker, SIGTTOU);

    CHECK(server.logs("(pid " + std::to_string(worker) +
                      ") finished; what it does at exit took too long and was cut short"));
    CHECK(server.worker() != worker);
}

TEST_CASE("nothing is destroyed under threads that run on") {
    const Server server(of_class("sync"));
    const auto worker = server.worker();
    REQUIRE(server.get("/").status == 200);
    REQUIRE(server.get("/abandon").status == 504);

    server.signal(SIGTERM);

    CHECK(server.exit_status() == 0);
    CHECK(contains(server.log(), "1 threads run on without their callers: nothing is destroyed"));
    CHECK(contains(server.log(), "(pid " + std::to_string(worker) + ") finished"));
    CHECK(server.read("ends").empty());
}
