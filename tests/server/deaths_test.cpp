#include "tests/support/server.h"
#include "tests/support/wait_until.h"

#include <doctest/doctest.h>

#include <csignal>
#include <filesystem>
#include <fstream>
#include <string>

using namespace curfew;
using namespace curfew::tests;

namespace {

/// What the log says of the end of that worker.
bool logs_end_of(const Server& server, pid_t pid, const std::string& how) {
    return server.logs("(pid " + std::to_string(pid) + ") " + how);
}

}  // namespace

TEST_CASE("a worker that is killed from outside is replaced, and the log says that") {
    const Server server({.workers = 1});
    const auto pid = server.worker();

    ::kill(pid, SIGKILL);

    CHECK(logs_end_of(server, pid, "was ended from outside: SIGKILL"));
    CHECK(server.worker() != pid);
    CHECK(server.get("/hello").status == 200);
}

TEST_CASE("a worker that crashes is replaced, and the log names the signal and the request") {
    const Server server({.workers = 1});
    const auto pid = server.worker();

    CHECK(server.get("/crash/segv", "X-Request-Id: fatal\r\n").status == 502);

    CHECK(logs_end_of(server, pid, "crashed: SIGSEGV (Segmentation fault)"));
    CHECK(logs_end_of(server, pid, "died with request fatal: GET /crash/segv, route /crash/segv"));
    CHECK(server.worker() != pid);
    CHECK(server.get("/hello").status == 200);
}

TEST_CASE("a worker that aborts is told from one that was killed") {
    const Server server({.workers = 1});
    const auto pid = server.worker();

    CHECK(server.get("/crash/abort").status == 502);

    CHECK(logs_end_of(server, pid, "crashed: SIGABRT (Aborted)"));
    CHECK(server.get("/hello").status == 200);
}

TEST_CASE("a worker that exits on its own is replaced, and the log has its status") {
    const Server server({.workers = 1});
    const auto pid = server.worker();

    CHECK(server.get("/crash/exit").status == 502);

    CHECK(logs_end_of(server, pid, "exited with status 42"));
    CHECK(server.get("/hello").status == 200);
}

TEST_CASE("a worker that is told to go by somebody else finishes and is replaced") {
    const Server server({.workers = 1});
    const auto pid = server.worker();

    ::kill(pid, SIGTERM);

    CHECK(logs_end_of(server, pid, "finished"));
    CHECK(server.worker() != pid);
}

TEST_CASE("a worker that was ready and dies of a request is replaced at once, each time") {
    const Server server({.flags = {"--circuit-breaker", "0"}, .workers = 1});

    for (int i = 0; i < 8; ++i) CHECK(server.get("/crash/segv").status == 502);

    CHECK(server.get("/hello").status == 200);
    CHECK_FALSE(contains(server.log(), "the next is forked in"));
}

TEST_CASE("workers that are of no use, one after the other, are forked ever more slowly") {
    const Server server({.app = test_app("fails"), .workers = 1});
    REQUIRE(server.get("/hello").status == 200);
    std::ofstream(server.directory() / "fail") << "later";
    server.signal(SIGHUP);

    CHECK(server.logs("1 workers in a row were of no use; the next is forked in"));
    CHECK(server.logs("4 workers in a row were of no use; the next is forked in"));

    std::filesystem::remove(server.directory() / "fail");
    CHECK(server.get("/hello").status == 200);
}

TEST_CASE("a harakiri is no reason to be slow with the next worker") {
    const Server server(
        {.flags = {"--circuit-breaker", "0"},
         .config = "[[route]]\npattern = \"/delay/:seconds\"\nharakiri = \"20ms\"\n",
         .workers = 1});

    for (int i = 0; i < 5; ++i) CHECK(server.get("/delay/5").status == 504);

    CHECK(server.get("/hello").status == 200);
    CHECK_FALSE(contains(server.log(), "the next is forked in"));
}

TEST_CASE("workers die with their master, even if nobody could tell them") {
    const Server server;
    const auto workers = server.workers(2);
    Client busy(server);
    busy.send(get_request("/stuck/deaf"));
    REQUIRE(server.get("/hello").status == 200);

    server.signal(SIGKILL);

    CHECK(server.exit_status() == 128 + SIGKILL);
    CHECK(wait_until([&] { return !is_alive(workers[0]) && !is_alive(workers[1]); }));
}

TEST_CASE("a server that stops says by route what has befallen its requests") {
    const Server server({.flags = {"--timeout", "300ms"}, .workers = 1});
    CHECK(server.get("/crash/segv").status == 502);
    CHECK(server.get("/delay/5").status == 504);
    CHECK(server.get("/delay/6").status == 504);
    CHECK(server.get("/hello").status == 200);
    REQUIRE(server.logs("GET /delay/6"));
    CHECK(
        contains(server.log_line("exit report: "), R"("outcome":"answered 502","culprit":true}])"));
    CHECK(server.logs(R"("limit":"timeout","limit_ms":300)"));

    server.signal(SIGTERM);

    REQUIRE(server.logs("] stopped"));
    CHECK(contains(server.log_line("route /crash/segv: "), ": 1 crashed"));
    CHECK(contains(server.log_line("route /delay/:seconds: "), ": 2 killed for timeout"));
    CHECK_FALSE(contains(server.log(), "route /hello"));
}
