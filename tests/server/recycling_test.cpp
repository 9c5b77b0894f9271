#include "tests/support/load.h"
#include "tests/support/server.h"
#include "tests/support/wait_until.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <string>
#include <thread>

using namespace curfew::tests;

TEST_CASE("workers are replaced after max_requests, and no request is lost") {
    for (const auto* const threads : {"1", "4"}) {
        CAPTURE(threads);
        const Server server({.flags = {"--max-requests", "50", "--max-requests-jitter", "20",
                                       "--threads", threads}});
        const auto before = server.workers(2);

        const auto tally = run_load(server, "/hello", 6, 200);

        CHECK(tally.answered == 1200);
        CHECK(tally.lost == 0);
        // Each goes on until its replacement is ready, which may be after the load.
        CHECK(wait_until([&] { return count(server.log(), "drains: max_requests reached") >= 2; }));
        const auto after = server.workers(2);
        for (const auto pid : after) CHECK(std::ranges::find(before, pid) == before.end());
        CHECK_FALSE(contains(server.log(), "the next is forked in"));
    }
}

TEST_CASE("a worker that is on its way out announces it on the connections that it has") {
    const Server server({.flags = {"--max-requests", "1"}, .workers = 1});

    Client kept(server);
    CHECK(kept.get("/hello").status == 200);
    // It goes on until its replacement is ready, and then says that it leaves.
    CHECK(wait_until([&] { return kept.get("/hello").field("Connection") == "close"; }));
    CHECK(kept.closed());

    CHECK(wait_until([&] {
        const bool answered = server.get("/hello").status == 200;
        CHECK(answered);
        return !answered || count(server.log(), ") finished") >= 3;
    }));
}

TEST_CASE("a graceful stop under load loses no request that was accepted") {
    const Server server({.flags = {"--max-requests", "100"}});
    int incomplete = 0;
    std::thread load([&] {
        // Until nobody listens any more.
        for (int i = 0; i < 100'000; ++i) {
            try {
                Client client(server);
                client.send(get_request("/hello"));
                const auto reply = client.read_reply();
                if (reply.status != 200 || !reply.whole) ++incomplete;
            } catch (const std::exception&) {
                return;
            }
        }
    });
    REQUIRE(server.logs("drains: max_requests reached"));

    server.signal(SIGTERM);
    load.join();

    CHECK(server.exit_status() == 0);
    // One may find the queue closing under it: the kernel resets what nobody has accepted yet.
    CHECK(incomplete <= 1);
}

TEST_CASE("a worker with too many threads that run on without their callers is replaced") {
    for (const auto* const worker_class : {"sync", "threads", "fiber"}) {
        CAPTURE(worker_class);
        const Server server({.flags = {"-k", worker_class, "--max-abandoned", "2"},
                             .app = test_app("naps"),
                             .workers = 1});
        const auto pid = server.worker();

        CHECK(server.get("/abandon").status == 504);
        CHECK(server.get("/abandon").status == 504);
        CHECK(server.worker() == pid);
        CHECK(server.get("/abandon").status == 504);

        CHECK(server.logs("drains: too many threads run on without their callers"));
        CHECK(server.worker() != pid);
        CHECK(server.get("/hello").status == 200);
    }
}

TEST_CASE("a worker with more memory than memory_limit is replaced, and no request is lost") {
    const Server server(
        {.flags = {"--memory-limit", "150m"}, .app = test_app("naps"), .workers = 1});
    const auto pid = server.worker();

    CHECK(server.get("/hello").status == 200);
    CHECK(server.worker() == pid);
    CHECK(server.get("/leak?megabytes=200").status == 200);
    // It looks now and then, after a request.
    CHECK(wait_until([&] {
        const bool answered = server.get("/hello").status == 200;
        CHECK(answered);
        return contains(server.log(), "drains: memory_limit reached") || !answered;
    }));

    CHECK(server.worker() != pid);
    CHECK(server.get("/hello").status == 200);
}

TEST_CASE("workers that should all be replaced while none can boot go on until one can") {
    for (const auto* const how : {"throw", "crash", "exit"}) {
        CAPTURE(how);
        const Server server(
            {.flags = {"--max-requests", "3"}, .app = test_app("fails"), .workers = 4});
        const auto before = server.workers(4);
        std::ofstream(server.directory() / "fail") << how;

        int answered = 0;
        for (int i = 0; i < 100; ++i) answered += server.get("/hello").status == 200 ? 1 : 0;

        CHECK(answered == 100);
        CHECK(server.logs("could not boot"));
        CHECK(server.logs("goes on until its replacement is ready: max_requests reached"));

        std::filesystem::remove(server.directory() / "fail");
        CHECK(wait_until([&] {
            const bool served = server.get("/hello").status == 200;
            CHECK(served);
            return !served || std::ranges::none_of(before, is_alive);
        }));
    }
}

TEST_CASE("a server that has served does not stop when all die and none can boot for a while") {
    for (const auto* const how : {"throw", "crash", "exit"}) {
        CAPTURE(how);
        const Server server({.app = test_app("fails")});
        const auto workers = server.workers(2);
        std::ofstream(server.directory() / "fail") << how;
        for (const pid_t pid : workers) ::kill(pid, SIGSEGV);

        CHECK(server.logs("3 workers in a row were of no use; the next is forked in"));
        CHECK_FALSE(server.ended());

        std::filesystem::remove(server.directory() / "fail");
        CHECK(server.get("/hello").status == 200);
        CHECK(server.workers(2).size() == 2);
    }
}
