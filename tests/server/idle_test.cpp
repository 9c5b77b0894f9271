#include "tests/support/server.h"

#include <doctest/doctest.h>

#include <chrono>
#include <string>
#include <thread>

using namespace curfew::tests;

namespace {

long switches_of(pid_t pid) { return std::stol(status_of(pid, "voluntary_ctxt_switches")); }

}  // namespace

TEST_CASE("an idle server sleeps: less than one wake-up a second in any process") {
    const Server server({.flags = {"--keep-alive", "1h"}});
    auto pids = server.workers(2);
    pids.push_back(server.master());
    Client kept(server);
    REQUIRE(kept.get("/hello").status == 200);
    REQUIRE(server.get("/delay/0.01").status == 200);
    // What a boot and a request leave behind, such as timers, is allowed to end first.
    std::this_thread::sleep_for(std::chrono::seconds(1));

    std::vector<long> before;
    for (const auto pid : pids) before.push_back(switches_of(pid));
    // The only way to see that nothing happens is to let it not happen for a while.
    std::this_thread::sleep_for(std::chrono::seconds(3));

    for (std::size_t i = 0; i < pids.size(); ++i) {
        CAPTURE(title_of(pids[i]));
        CHECK(switches_of(pids[i]) - before[i] < 3);
    }
}
