#include "tests/support/server.h"
#include "tests/support/wait_until.h"

#include <doctest/doctest.h>

#include <csignal>
#include <string>

using namespace curfew::tests;

namespace {

constexpr const char* classes[] = {"sync", "threads", "fiber"};

Server server_of(const std::string& name) {
    return Server({.flags = {"--worker-class", name, "--threads", name == "threads" ? "2" : "1",
                             "--access-logfile", "access", "--keep-alive", "1m"},
                   .app = test_app("closes"),
                   .workers = 1});
}

}  // namespace

TEST_CASE("a handler that closes all descriptors closes its own, and everybody has an answer") {
    for (const std::string name : classes) {
        CAPTURE(name);
        const auto server = server_of(name);
        const auto worker = server.worker();
        Client other(server);
        other.send(get_request("/ordinary"));
        CHECK(other.read_reply().body == "0 -1 1");
        REQUIRE(server.get("/alarm").status == 504);
        CHECK(server.get("/application").body == "0");

        for (const std::string how : {"loop", "range", "from", "dup2", "stdio"}) {
            for (const std::string path : {"/close/", "/within/"}) {
                CAPTURE(name + " " + path + how);
                const auto reply = server.get(path + how);
                CHECK(reply.status == 200);
                CHECK(reply.body == "closed its own");
                CHECK(server.logs("route " + path +
                                  ":how tried to close or change descriptors of the server"));
            }
        }

        other.send(get_request("/ordinary"));
        CHECK(other.read_reply().body == "0 -1 1");
        CHECK(server.get("/alarm").status == 504);
        CHECK(server.worker() == worker);
        CHECK(contains(server.read("access"), "/within/dup2"));
        CHECK(server.get("/child").body == "0");
    }
}

TEST_CASE("a handler can neither shut the server's sockets down nor make it block") {
    for (const std::string name : classes) {
        CAPTURE(name);
        const auto server = server_of(name);
        const auto worker = server.worker();
        for (const std::string how : {"shutdown", "blocking", "blocking64"}) {
            CAPTURE(how);
            CHECK(server.get("/harm/" + how).body == "done");
            CHECK(server.get("/ordinary").body == "0 -1 1");
        }
        CHECK(server.worker() == worker);

        ::kill(worker, SIGKILL);  // which the master is to notice
        CHECK(wait_until([&] { return server.worker() != worker; }));
        CHECK(server.get("/ordinary").body == "0 -1 1");
    }
}

TEST_CASE("descriptors of clients that have gone are everybody's again") {
    for (const std::string name : classes) {
        CAPTURE(name);
        const auto server = server_of(name);
        for (int i = 0; i < 20; ++i) {
            CHECK(server.get("/ordinary").body == "0 -1 1");
            CHECK(server.get("/ordinary").status == 200);
        }
        CHECK_FALSE(contains(server.log(), "tried to close"));
    }
}

TEST_CASE("of calls that go around libc, the report names the request") {
    for (const std::string name : classes) {
        CAPTURE(name);
        const auto server = server_of(name);
        Client client(server);
        client.send(get_request("/close/system_call", "X-Request-Id: careless\r\n"));
        CHECK(server.logs("request careless: GET /close/system_call, route /close/:how"));
        CHECK(contains(server.log_line("exit report: "), "\"id\":\"careless\""));
        CHECK(server.get("/ordinary").status == 200);
    }
}
