#include "tests/support/server.h"
#include "tests/support/wait_until.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <set>
#include <string>
#include <vector>

using namespace curfew::tests;

namespace {

Setup by_process() {
    return {.flags = {"--helpers", "2"}, .app = test_app("processes"), .workers = 1};
}

Setup by_fork() {
    return {.app = test_app("processes"), .workers = 1, .before_exec = [] {
                ::setenv("TEST_STRATEGY", "fork", 1);
            }};
}

/// The processes of a server whose title ends so.
std::vector<pid_t> titled(const Server& server, const std::string& end) {
    auto all = children_of(server.worker());
    for (const pid_t child : children_of(server.worker())) {
        for (const pid_t grandchild : children_of(child)) all.push_back(grandchild);
    }
    std::erase_if(all, [&](pid_t pid) { return !title_of(pid).ends_with(end); });
    return all;
}

/// A process whose number is in a file of the server's, once it is there. Killed at the end.
class Noted {
  public:
    Noted(const Server& server, const std::string& file) {
        if (wait_until([&] { return !server.read(file).empty(); })) {
            pid_ = std::stoi(server.read(file));
        }
    }
    ~Noted() {
        if (alive()) ::kill(pid_, SIGKILL);
    }
    Noted(const Noted&) = delete;
    Noted& operator=(const Noted&) = delete;

    [[nodiscard]] bool alive() const { return pid_ > 0 && is_alive(pid_); }

  private:
    pid_t pid_ = 0;
};

/// The sockets that a process has open, by their numbers.
std::set<std::string> sockets_of(pid_t pid) {
    std::set<std::string> sockets;
    for (const auto& fd :
         std::filesystem::directory_iterator("/proc/" + std::to_string(pid) + "/fd")) {
        const auto what = std::filesystem::read_symlink(fd).string();
        if (what.starts_with("socket:")) sockets.insert(what);
    }
    return sockets;
}

}  // namespace

TEST_CASE("a handler that nothing else can stop is stopped, and the worker lives") {
    for (const auto& setup : {by_process(), by_fork()}) {
        const Server server(setup);
        const auto worker = server.worker();
        CHECK(server.get("/worker").body == std::to_string(worker));
        CHECK(server.get("/pid").body != std::to_string(worker));

        for (int i = 0; i < 5; ++i) CHECK(server.get("/loop").status == 504);

        CHECK(server.worker() == worker);
        CHECK(server.get("/pid").status == 200);
    }
}

TEST_CASE("requests and responses cross whole") {
    for (const auto& setup : {by_process(), by_fork()}) {
        const Server server(setup);
        std::ofstream(server.directory() / "file") << std::string(300'000, 'f');
        const std::string body(3'000'000, 'b');

        Client client(server);
        client.send(
            "POST /echo/me?q=why HTTP/1.1\r\nHost: here\r\nX-Mine: yes\r\nContent-Length: " +
            std::to_string(body.size()) + "\r\n\r\n" + body);
        const auto echo = client.read_reply();
        const auto file = server.get("/file/file");
        const auto part = server.get("/file/file", "Range: bytes=0-9\r\n");
        const auto none = server.get("/file/none");

        CHECK(echo.status == 200);
        CHECK(echo.field("X-Seen") == "POST me why yes");
        CHECK(echo.field("Content-Type") == "text/plain; charset=utf-8");
        CHECK((echo.body == body));
        CHECK(file.body == std::string(300'000, 'f'));
        CHECK(part.status == 206);
        CHECK(part.body == std::string(10, 'f'));
        CHECK(none.status == 404);
    }
}

TEST_CASE("what goes wrong in another process is answered as in the worker") {
    for (const auto& setup : {by_process(), by_fork()}) {
        const Server server(setup);
        const auto worker = server.worker();

        const auto refused = server.get("/refuse");
        CHECK(refused.status == 409);
        CHECK(contains(refused.body, "it is taken"));
        const auto crashed = server.get("/crash");
        CHECK(crashed.status == 502);
        CHECK(contains(crashed.body, "died: SIGABRT"));
        CHECK(server.get("/stream").status == 500);
        CHECK(server.logs("a stream cannot come from another process"));

        CHECK(server.worker() == worker);
    }
}

TEST_CASE("ps shows zygote and helpers, which keep no socket of the worker's") {
    const Server server(by_process());
    REQUIRE(wait_until([&] { return titled(server, "worker 1 [helper]").size() == 2; }));
    auto all = titled(server, "worker 1 [helper]");
    const auto zygote = titled(server, "worker 1 [zygote]");
    REQUIRE(zygote.size() == 1);
    all.push_back(zygote[0]);
    const auto of_worker = sockets_of(server.worker());
    CHECK_FALSE(of_worker.empty());
    for (const pid_t pid : all) {
        for (const auto& socket : sockets_of(pid)) CHECK_FALSE(of_worker.contains(socket));
    }

    server.signal(SIGTERM);

    CHECK(server.exit_status() == 0);
    CHECK(std::ranges::none_of(all, is_alive));
}

TEST_CASE("a worker whose zygote has died is replaced") {
    const Server server(by_process());
    const auto worker = server.worker();
    REQUIRE(wait_until([&] { return titled(server, "[zygote]").size() == 1; }));

    ::kill(titled(server, "[zygote]").at(0), SIGKILL);

    CHECK(wait_until([&] { return !is_alive(worker); }));
    CHECK(server.logs("drains: its helpers have died"));
    CHECK(server.worker() != worker);
    CHECK(server.get("/pid").status == 200);
}

TEST_CASE("helpers end with a worker that is killed") {
    const Server server(by_process());
    REQUIRE(wait_until([&] { return titled(server, "[helper]").size() == 2; }));
    auto all = titled(server, "[helper]");
    all.push_back(titled(server, "[zygote]").at(0));
    const auto worker = server.worker();

    ::kill(worker, SIGKILL);

    CHECK(wait_until([&] { return std::ranges::none_of(all, is_alive); }));
    CHECK(server.worker() != worker);
    CHECK(server.get("/pid").status == 200);
}

TEST_CASE("a strategy that cannot work as configured is refused at the start") {
    auto without = by_process();
    without.flags = {};
    auto threaded = by_fork();
    threaded.flags = {"--threads", "2"};

    const Server no_helpers(without);
    const Server with_threads(threaded);

    CHECK(no_helpers.exit_status() == 2);
    CHECK(
        contains(no_helpers.log(), "has strategy process, which needs helpers, and helpers is 0"));
    CHECK(with_threads.exit_status() == 2);
    CHECK(contains(with_threads.log(), "has strategy fork, which needs the worker class sync"));
}

TEST_CASE("several threads share the helpers") {
    auto setup = by_process();
    setup.flags = {"--helpers", "2", "--threads", "4"};
    const Server server(setup);
    std::vector<Client> clients;
    for (int i = 0; i < 4; ++i) {
        clients.emplace_back(server);
        clients.back().send(get_request("/loop"));
    }

    for (auto& client : clients) CHECK(client.read_reply().status == 504);

    CHECK(server.get("/pid").status == 200);
}

TEST_CASE("what a worker has started goes with it when it is killed") {
    const Server server(by_process());
    Client client(server);
    client.send(get_request("/breed"));
    const Noted grandchild(server, "grandchild");
    CHECK(grandchild.alive());

    REQUIRE(server.logs("harakiri"));

    CHECK(wait_until([&] { return !grandchild.alive(); }));
    CHECK(server.get("/pid").status == 200);
}

TEST_CASE("a daemon that a worker has started, and that is nobody's child any more, stays") {
    const Server server(by_process());
    Client client(server);
    client.send(get_request("/breed/daemon"));
    const Noted grandchild(server, "grandchild");
    const Noted daemon(server, "daemon");

    REQUIRE(server.logs("harakiri"));

    CHECK(wait_until([&] { return !grandchild.alive(); }));
    CHECK(daemon.alive());
}
