#include "tests/support/server.h"
#include "tests/support/wait_until.h"

#include <doctest/doctest.h>

#include <chrono>
#include <csignal>
#include <string>

using namespace curfew::tests;
using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;

namespace {

constexpr const char* classes[] = {"sync", "threads", "fiber"};
constexpr const char* ways[] = {"ignore", "default", "own", "block", "itimer"};

Setup of_class(const std::string& name) {
    return {.flags = {"--worker-class", name, "--threads", "1", "--graceful-timeout", "60s"},
            .app = test_app("signals"),
            .workers = 1};
}

/// What a shell says that a handler has started.
std::string run(const Server& server, const std::string& path, const std::string& command) {
    Client client(server);
    client.send("POST " + path + " HTTP/1.1\r\nHost: x\r\nContent-Length: " +
                std::to_string(command.size()) + "\r\n\r\n" + command);
    return client.read_reply().body;
}

/// A set of signals in /proc/PID/status.
unsigned long signals_in(const std::string& text, const std::string& name) {
    const auto at = text.find(name + ":");
    REQUIRE(at != std::string::npos);
    return std::stoul(text.substr(at + name.size() + 1), nullptr, 16);
}

constexpr unsigned long bit(int signal) { return 1UL << (signal - 1); }

}  // namespace

TEST_CASE("programs that handlers start have the signals and descriptors of any program") {
    constexpr auto ours = bit(SIGHUP) | bit(SIGINT) | bit(SIGQUIT) | bit(SIGPIPE) | bit(SIGTERM) |
                          bit(SIGTTIN) | bit(SIGTTOU) | bit(SIGUSR1);
    for (const std::string name : classes) {
        const Server server(of_class(name));
        for (const std::string path : {"/run/no-shell", "/within/run/no-shell"}) {
            CAPTURE(name + " " + path);
            const auto status = run(server, path, {});
            CHECK((signals_in(status, "SigIgn") & ours) == 0);
            CHECK(signals_in(status, "SigBlk") == 0);
        }
        for (const std::string path : {"/run/fork", "/run/spawn", "/within/run/spawn"}) {
            CAPTURE(name + " " + path);

            const auto status = run(server, path, "grep ^Sig /proc/self/status");
            CHECK((signals_in(status, "SigIgn") & ours) == 0);
            CHECK(run(server, path, "yes | head -n 1").starts_with("y\n"));
            CHECK(run(server, path, "ls -l /proc/self/fd | grep -c -e socket: -e anon_inode:")
                      .starts_with("0\n"));
            CHECK(!contains(run(server, path, "env"), "LISTEN_"));
        }
    }
}

TEST_CASE("a worker stops when it is told to, whatever a handler has done to its signals") {
    for (const std::string name : classes) {
        for (const std::string how : ways) {
            CAPTURE(name + " " + how);
            const Server server(of_class(name));
            const auto begin = Clock::now();
            CHECK(server.get("/spoil/" + how).status == 200);

            server.signal(SIGTERM);

            CHECK(server.exit_status() == 0);
            CHECK(Clock::now() - begin < 20s);
            CHECK(contains(server.log(), "drains: told to finish"));
            CHECK(count(server.log(), "\"cause\":\"finished\"") == 1);
        }
    }
}

TEST_CASE("and goes when another takes its place") {
    const Server server(of_class("fiber"));
    const auto worker = server.worker();
    CHECK(server.get("/spoil/ignore").status == 200);

    server.signal(SIGHUP);

    CHECK(wait_until([&] { return !is_alive(worker); }));
    CHECK(server.worker() != worker);
    CHECK(server.logs("(pid " + std::to_string(worker) + ") finished"));
}

TEST_CASE("and its requests keep their limits, by strategy alarm and by harakiri") {
    for (const std::string name : classes) {
        for (const std::string how : ways) {
            CAPTURE(name + " " + how);
            const Server server(of_class(name));
            for (int i = 0; i < 3; ++i) {
                const auto begin = Clock::now();
                CHECK(server.get("/spoil/" + how).status == 200);
                CHECK(server.get("/alarm").status == 504);
                CHECK(Clock::now() - begin < 5s);
            }
            CHECK(server.get("/stuck").status == 504);
        }
    }
}
