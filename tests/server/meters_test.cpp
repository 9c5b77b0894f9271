#include "tests/support/server.h"
#include "tests/support/silent_peer.h"
#include "tests/support/wait_until.h"

#include <doctest/doctest.h>

#include <csignal>
#include <string>
#include <vector>

using namespace curfew;
using namespace curfew::tests;

namespace {

Setup calling(std::vector<std::string> flags, const std::string& strategy = {}) {
    Setup setup{.flags = std::move(flags), .app = test_app("calls"), .workers = 1};
    setup.config = "[http]\ntimeout = \"60s\"\n";
    if (!strategy.empty()) {
        setup.config +=
            "[[route]]\npattern = \"/call/:port\"\nharakiri = \"30s\"\nlimit = \"25s\"\nstrategy = "
            "\"" +
            strategy + "\"\n";
    }
    return setup;
}

}  // namespace

TEST_CASE("the log says in which call a request was killed, whatever runs its handler") {
    const SilentPeer peer;
    const std::vector<std::vector<std::string>> classes{
        {}, {"--threads", "3"}, {"--worker-class", "fiber"}};
    for (const auto& flags : classes) {
        const Server server(calling(flags));

        CHECK(server.get("/call/" + peer.port()).status == 504);

        CHECK(contains(server.log_line("harakiri"),
                       ", running, in http 127.0.0.1:" + peer.port() + " for "));
    }
}

TEST_CASE("the log says in which call a request was when its worker died") {
    const SilentPeer peer;
    const Server server(calling({}, "deadline"));
    const auto worker = server.worker();
    Client client(server);
    client.send(get_request("/call/" + peer.port()));
    REQUIRE(peer.is_called());

    ::kill(worker, SIGKILL);

    const auto line = server.log_line("died with request");
    CHECK(contains(line, ", in http 127.0.0.1:" + peer.port() + " for "));
}

TEST_CASE("a call in another process is seen from here") {
    const SilentPeer peer;
    for (const std::string strategy : {"process", "fork", "thread"}) {
        CAPTURE(strategy);
        const Server server(calling({"--helpers", "1"}, strategy));
        const auto worker = server.worker();
        Client client(server);
        client.send(get_request("/call/" + peer.port()));
        REQUIRE(peer.is_called());

        ::kill(worker, SIGKILL);

        const auto line = server.log_line("died with request");
        CHECK(contains(line, ", in http 127.0.0.1:" + peer.port() + " for "));
    }
}

TEST_CASE("a call that is not waited for any more is part of the past") {
    const SilentPeer peer;
    const Server server(calling({}));

    CHECK(server.get("/abandon/" + peer.port()).status == 504);

    const auto line = server.log_line("harakiri");
    CHECK(contains(line, ", in the handler for "));
    CHECK(contains(line, ", http "));
}

TEST_CASE("a call in the midst of a response is told as well") {
    const SilentPeer peer;
    const Server server(calling({}));

    CHECK_FALSE(server.get("/stream/" + peer.port()).whole);

    CHECK(contains(server.log_line("harakiri"),
                   ", responding, in http 127.0.0.1:" + peer.port() + " for "));
}
