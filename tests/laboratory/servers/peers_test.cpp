#include "handlers/base/unique_fd.h"
#include "tests/laboratory/servers/peer_calls.h"
#include "tests/support/http_server.h"
#include "tests/support/process.h"
#include "tests/support/servers.h"
#include "tests/support/wait_until.h"

#include <doctest/doctest.h>
#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <future>
#include <map>
#include <sstream>
#include <string>
#include <thread>
#include <vector>

using namespace curfew::laboratory;
using namespace std::chrono_literals;
using curfew::tests::is_alive;
using curfew::tests::wait_until;

namespace {

std::vector<std::string> names_of(const std::vector<Peer>& peers) {
    std::vector<std::string> names;
    for (const auto& peer : peers) names.push_back(peer.name);
    return names;
}

/// What there is of a server beside this process, as text too: one word for each.
struct Traces {
    std::vector<pid_t> processes;
    std::vector<std::filesystem::path> directories;

    explicit Traces(const PeerServer& server)
        : processes(server.processes()), directories(server.directories()) {}

    explicit Traces(const std::string& text) {
        std::istringstream words(text);
        for (std::string word; words >> word;) {
            if (word.starts_with('/')) {
                directories.emplace_back(word);
            } else {
                processes.push_back(std::stoi(word));
            }
        }
    }

    [[nodiscard]] std::string text() const {
        std::ostringstream words;
        for (const pid_t pid : processes) words << pid << ' ';
        for (const auto& directory : directories) words << directory.string() << ' ';
        return words.str();
    }

    [[nodiscard]] bool are_gone() const {
        return std::ranges::none_of(processes, is_alive) &&
               std::ranges::none_of(directories,
                                    [](const auto& path) { return std::filesystem::exists(path); });
    }
};

std::string read_all(int fd) {
    std::string text;
    std::array<char, 512> part{};
    for (ssize_t size = 0; (size = ::read(fd, part.data(), part.size())) > 0;) {
        text.append(part.data(), static_cast<std::size_t>(size));
    }
    return text;
}

/// In a process that is to be killed: starts a peer, gets it stuck, tells its traces, and waits.
void start_and_wait(const Peer& peer, int output) {
    const curfew::tests::Peer web(curfew::tests::say_nothing);
    const PeerServer server(
        peer,
        {.workers = 1, .limit = 5s, .environment = {{"DEMO_HTTP", "http://" + web.address()}}});
    std::thread([&] { (void)get(server, target_of(peer, "http", 5s, 10)); }).detach();
    if (!wait_until([&] { return web.connections() > 0; })) return;
    const auto text = Traces(server).text();
    (void)!::write(output, text.data(), text.size());
    ::close(output);
    while (true) ::pause();
}

/// Such a process.
pid_t starter_of(const Peer& peer, int output) {
    const pid_t pid = curfew::checked(::fork(), "fork");
    if (pid != 0) return pid;
    try {
        start_and_wait(peer, output);
    } catch (const std::exception& error) {
        std::fprintf(stderr, "%s\n", error.what());
    }
    ::_exit(1);
}

/// The demo's backends, as its environment variables name them.
std::map<std::string, std::string> backends(const curfew::tests::Peer& web) {
    const auto& real = curfew::tests::real_servers();
    return {{"CURFEW_CACHE_SERVERS", real.cache.servers.at(0)},
            {"CURFEW_DB_ADDRESS", real.db.address},
            {"CURFEW_DB_USER", real.db.user},
            {"CURFEW_DB_PASSWORD", real.db.password},
            {"CURFEW_DB_DATABASE", real.db.database},
            {"DEMO_HTTP", "http://" + web.address()}};
}

}  // namespace

TEST_CASE("a server is on time if it is as good as what it can be told") {
    const auto tolerance = [](const char* name) { return tolerance_ms(peers(name).front(), 20); };

    CHECK(tolerance("uwsgi-harakiri") == 1000);
    CHECK(tolerance("php-fpm") == 1000);
    CHECK(tolerance("gunicorn-sync") == 1000);
    CHECK(tolerance("nginx") == 20);
    CHECK(tolerance("gunicorn-signal") == 20);
}

TEST_CASE("peers are chosen by their groups or by their names") {
    CHECK(peers("none").empty());
    CHECK(names_of(peers("nginx,uwsgi,nginx")) ==
          std::vector<std::string>{"uwsgi-harakiri", "nginx"});
    CHECK(names_of(peers("gunicorn-stopit,php-fpm")) ==
          std::vector<std::string>{"gunicorn-stopit", "php-fpm"});
    CHECK(peers("gunicorn,uwsgi,php-fpm,nginx") == peers("all"));
    CHECK_THROWS_WITH_AS(
        peers("gunicorn,apache"),
        doctest::Contains(
            "there is no peer \"apache\"; the choices are all, none, gunicorn, uwsgi, "
            "php-fpm, nginx, gunicorn-sync, gunicorn-gevent, "),
        std::invalid_argument);
    CHECK_THROWS_AS(peers(""), std::invalid_argument);
}

TEST_CASE("a peer is asked by its strategy, and told limits that it can hold") {
    const auto process = peers("gunicorn-process").at(0);
    const auto gevent = peers("gunicorn-gevent").at(0);
    const auto nginx = peers("nginx").at(0);

    CHECK(target_of(process, "db", 100ms, 0.5) == "/timeout/process/db?limit=100ms&seconds=0.5");
    CHECK(target_of(nginx, "spin", 1s, 5) == "/timeout/none/spin?limit=1000ms&seconds=5");
    CHECK(server_limit(process, 300ms) == 1s);
    CHECK(server_limit(process, 1001ms) == 2s);
    CHECK(server_limit(gevent, 300ms) == 2s);
    CHECK(server_limit(nginx, 300ms) == 300ms);
}

TEST_CASE("what a peer lacks is named, with the package that has it") {
    const auto path = std::string(::getenv("PATH"));
    auto gunicorn = peers("gunicorn-sync").at(0);
    ::setenv("PATH", "/nowhere", 1);
    const auto gap = gap_of(gunicorn);
    ::setenv("PATH", path.c_str(), 1);

    REQUIRE(gap);
    CHECK(gap->what == "gunicorn-sync");
    CHECK(gap->why.find("there is no gunicorn") != std::string::npos);
    CHECK(gap->why.find("; Debian has it in gunicorn") != std::string::npos);
}

TEST_CASE("a peer that does not start says why") {
    for (Peer peer : installed("gunicorn-sync")) {
        peer.worker_class = "diligent";
        CHECK_THROWS_WITH_AS(PeerServer{peer}, doctest::Contains("class uri 'diligent' invalid"),
                             std::runtime_error);
    }
}

TEST_CASE("a peer answers, and goes without a trace") {
    for (const auto& peer : installed("all")) {
        CAPTURE(peer.name);
        auto server = std::make_unique<PeerServer>(peer, PeerSetup{.workers = 2});
        CHECK(server->worker_pids().size() == 2);
        CHECK(server->orphans().empty());
        CHECK(get(*server, "/hello").body == "Hello, world!\n");
        CHECK(get(*server, "/timeout/none/nothing").status == 400);
        const Traces traces(*server);
        CHECK(traces.processes.size() >= 4);

        server.reset();

        CHECK(traces.are_gone());
    }
}

TEST_CASE("a peer goes without a trace when its starter is killed, even if it is stuck") {
    for (const auto& peer : installed("gunicorn-sync,gunicorn-process,uwsgi,php-fpm,nginx")) {
        CAPTURE(peer.name);
        std::array<int, 2> pipe{};
        REQUIRE(::pipe2(pipe.data(), O_CLOEXEC) == 0);
        const curfew::UniqueFd input(pipe[0]);
        curfew::UniqueFd output(pipe[1]);
        const pid_t starter = starter_of(peer, output.get());
        output.reset();
        const Traces traces(read_all(input.get()));
        // A server that is starting may also have had processes that end by themselves.
        CHECK(std::ranges::count_if(traces.processes, is_alive) >= 3);

        ::kill(starter, SIGKILL);
        ::waitpid(starter, nullptr, 0);

        CHECK(wait_until([&] { return traces.are_gone(); }));
    }
}

TEST_CASE("every function that a peer has is in time, with the backends that the demo has") {
    const curfew::tests::Peer web(curfew::tests::http_talk(curfew::tests::echo));
    for (const auto& peer : installed("gunicorn-sync,gunicorn-gevent,uwsgi,php-fpm,nginx")) {
        const PeerServer server(peer, {.limit = 5s, .environment = backends(web)});
        for (const auto* function :
             {"http", "cache", "db", "sleep", "cooperative", "spin", "lock", "deaf", "crash"}) {
            if (!has_function(peer, function)) continue;
            CAPTURE(peer.name);
            CAPTURE(function);

            const auto reply = get(server, target_of(peer, function, 3s, 0));

            CHECK(reply.status == 200);
            const auto report = nlohmann::json::parse(reply.body, nullptr, false);
            REQUIRE(report.is_object());
            CHECK(report["strategy"] == "none");
            CHECK(report["function"] == function);
            CHECK(report["limit_ms"] == 3000.0);
            CHECK(report["outcome"] == "value");
            CHECK(report["left_behind"]["function"].is_null());
            if (function == std::string("http")) CHECK(report["value"]["status"] == 200);
            if (function == std::string("cache"))
                CHECK(report["value"]["cached"] == "hello, cache");
            if (function == std::string("db")) CHECK(report["value"]["name"] == "Earth");
        }
    }
}

TEST_CASE("what a killed worker leaves behind is told") {
    for (const auto& peer : installed("gunicorn-process")) {
        const PeerServer server(peer, {.workers = 1, .limit = 10s});
        const auto worker = server.worker_pids().at(0);
        auto call = std::async(std::launch::async, get, std::cref(server),
                               target_of(peer, "sleep", 10s, 9));
        pid_t child = 0;
        REQUIRE(wait_until([&] {
            const auto children = curfew::tests::children_of(worker);
            if (!children.empty()) child = children[0];
            return child != 0;
        }));

        ::kill(worker, SIGKILL);

        CHECK(wait_until([&] { return server.orphans() == std::vector<pid_t>{child}; }));
        ::kill(child, SIGKILL);
        CHECK(wait_until([&] { return server.orphans().empty(); }));
        CHECK(call.get().status == 0);
    }
}
