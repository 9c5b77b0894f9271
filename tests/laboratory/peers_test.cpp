#include "tests/support/wait_until.h"
#include "tools/laboratory/loopback.h"
#include "tools/laboratory/peer_server.h"

#include <doctest/doctest.h>

#include <chrono>
#include <string>
#include <vector>

using namespace curfew::laboratory;
using namespace std::chrono_literals;

namespace {

/// Those that can be tested here; says which cannot.
std::vector<Peer> installed(std::string_view names = "all") {
    auto found = peers(names);
    std::erase_if(found, [](const Peer& peer) {
        const auto gap = gap_of(peer);
        if (gap) MESSAGE(gap->what, ": ", gap->why);
        return gap.has_value();
    });
    return found;
}

}  // namespace

TEST_CASE("a peer that is installed answers, and goes without a trace") {
    for (const auto& peer : installed()) {
        CAPTURE(peer.name);
        std::vector<pid_t> processes;
        std::vector<std::filesystem::path> directories;
        {
            const PeerServer server(peer, {.workers = 2});
            processes = server.processes();
            directories = server.directories();
            CHECK(server.worker_pids().size() == 2);
            CHECK(server.orphans().empty());
            CHECK(get_at_once(server.port(), "/hello", 1) ==
                  std::vector<std::string>{"Hello, world!\n"});
        }
        CHECK(processes.size() >= 4);
        for (const pid_t pid : processes) CHECK_FALSE(curfew::tests::is_alive(pid));
        for (const auto& directory : directories) CHECK_FALSE(std::filesystem::exists(directory));
    }
}
