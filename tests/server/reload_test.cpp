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
#include <vector>

using namespace curfew::tests;

namespace {

void configure(const Server& server, const std::string& text) {
    std::ofstream(server.directory() / "curfew.toml") << text;
}

/// The workers, once none of the old ones is left.
std::vector<pid_t> replaced(const Server& server, const std::vector<pid_t>& old) {
    std::vector<pid_t> now;
    CHECK(wait_until([&] {
        now = server.workers(old.size());
        return std::ranges::none_of(
            now, [&](pid_t pid) { return std::ranges::find(old, pid) != old.end(); });
    }));
    return now;
}

}  // namespace

TEST_CASE("SIGHUP replaces every worker, by ones of the new configuration") {
    const Server server({.config = "keep_alive = \"1h\"\n"});
    const auto before = server.workers(2);
    configure(server, "keep_alive = 0\n");

    server.signal(SIGHUP);

    CHECK(replaced(server, before).size() == 2);
    Client client(server);
    CHECK(client.get("/hello").field("Connection") == "close");
}

TEST_CASE("SIGHUP loses no request") {
    const Server server;
    auto before = server.workers(2);
    Tally tally;
    std::thread load([&] { tally = run_load(server, "/delay/0.01", 4, 200); });

    for (int i = 0; i < 3; ++i) {
        server.signal(SIGHUP);
        before = replaced(server, before);
    }
    load.join();

    CHECK(tally.answered == 800);
}

TEST_CASE("SIGHUP with a mistake in the file changes nothing, and says where it is") {
    const Server server({.config = "keep_alive = \"1h\"\n"});
    const auto before = server.workers(2);
    configure(server, "keep_alive = 1\nkeepalive = 2\n");

    server.signal(SIGHUP);

    CHECK(server.logs("curfew.toml:2:1"));
    CHECK(server.logs("nothing has changed"));
    CHECK(server.workers(2) == before);
    CHECK(server.get("/hello").status == 200);
}

TEST_CASE("SIGHUP does not change what needs a restart") {
    const Server server({.config = "backlog = 100\n"});
    const auto before = server.workers(2);
    configure(server, "backlog = 200\n");

    server.signal(SIGHUP);

    CHECK(server.logs("a changed backlog needs a restart; nothing has changed"));
    CHECK(server.workers(2) == before);
}

TEST_CASE("SIGHUP to workers that cannot boot leaves the old ones in place") {
    const Server server({.app = "./app.so", .before_exec = [] {
                             std::filesystem::copy_file(demo_library(), "app.so");
                         }});
    const auto before = server.workers(2);
    const auto app = server.directory() / "app.so";
    std::filesystem::remove(app);
    std::filesystem::copy_file(test_app("throws"), app);

    server.signal(SIGHUP);

    CHECK(server.logs("the configuration of before goes on"));
    CHECK(server.workers(2) == before);
    CHECK(server.get("/hello").status == 200);

    // Once that is put right, it can be tried again.
    std::filesystem::remove(app);
    std::filesystem::copy_file(demo_library(), app);
    server.signal(SIGHUP);
    CHECK(replaced(server, before).size() == 2);
}
