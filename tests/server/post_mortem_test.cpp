#include "tests/support/peer.h"
#include "tests/support/server.h"
#include "tests/support/wait_until.h"

#include <doctest/doctest.h>
#include <linux/capability.h>
#include <sys/prctl.h>
#include <unistd.h>

#include <csignal>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <thread>
#include <vector>

using namespace curfew::tests;

namespace {

/// For machines that are busy: what is usual takes some milliseconds.
const std::string long_time = "10s";

constexpr auto demo_limits = R"(
[[route]]
pattern = "/stuck/sleep"
harakiri = "200ms"
[[route]]
pattern = "/stuck/spin"
harakiri = "200ms"
[[route]]
pattern = "/stuck/lock"
harakiri = "200ms"
[[route]]
pattern = "/stuck/deaf"
harakiri = "200ms"
)";

std::string id_field(const std::string& id) { return "X-Request-Id: " + id + "\r\n"; }

/// The lines of the log about a request that a heading is for: "stuck" or "slow".
std::vector<std::string> report(const Server& server, const std::string& heading,
                                const std::string& id) {
    std::vector<std::string> found;
    std::istringstream lines(server.log());
    for (std::string line; std::getline(lines, line);) {
        if (contains(line, heading + ": request " + id + " (pid ")) found.push_back(line);
    }
    return found;
}

std::string joined(const std::vector<std::string>& lines) {
    std::string text;
    for (const auto& line : lines) text += line + "\n";
    return text;
}

/// Has the worker of such a request killed. Returns what the log says of it.
std::string post_mortem(const Server& server, const std::string& target, const std::string& id,
                        const std::string& fields = {}) {
    const auto kills = count(server.log(), ") killed: a request exceeded its limit");
    CHECK(server.get(target, id_field(id) + fields).status == 504);
    CHECK(wait_until(
        [&] { return count(server.log(), ") killed: a request exceeded its limit") > kills; }));
    return joined(report(server, "stuck", id));
}

/// As Docker has it: root, but without the right to look at processes of other users.
Setup as_in_a_container(Setup setup) {
    setup.flags.insert(setup.flags.end(), {"--user", "nobody"});
    setup.before_exec = [library = setup.app == "demo" ? demo_library() : setup.app] {
        std::filesystem::copy_file(library, "app.so");
        std::filesystem::permissions(".", std::filesystem::perms::all);
        if (::prctl(PR_CAPBSET_DROP, CAP_SYS_PTRACE, 0, 0, 0) < 0) ::_exit(1);
    };
    setup.app = "./app.so";
    return setup;
}

bool is_root() { return ::geteuid() == 0; }

bool says_that_it_may_not_look(const Server& server) {
    return server.logs("workers cannot be looked at from outside");
}

void make_file(const Server& server, const std::string& name) {
    const std::ofstream file(server.directory() / name);
}

/// A client that waits for the file.
Client begin(const Server& server, const std::string& target, const std::string& id) {
    Client client(server);
    client.send(get_request(target, id_field(id)));
    return client;
}

Setup calls(std::vector<std::string> flags, int workers = 1) {
    return {.flags = std::move(flags), .app = test_app("stalls"), .workers = workers};
}

}  // namespace

TEST_CASE("before a stuck worker is killed the log says where it is stuck") {
    const Server server(
        {.flags = {"--post-mortem", long_time}, .config = demo_limits, .workers = 1});

    const auto sleep = post_mortem(server, "/stuck/sleep", "a");
    CHECK(contains(sleep, "GET /stuck/sleep, route /stuck/sleep, age "));
    CHECK(contains(sleep, "limit 200 ms"));
    CHECK(contains(sleep, "waits in clock_nanosleep for time to pass"));
    CHECK(contains(sleep, "demo::stuck_in_sleep(curfew::Request const&)"));
    CHECK_FALSE(contains(sleep, "curfew::worker::"));

    const auto spin = post_mortem(server, "/stuck/spin", "b");
    CHECK(contains(spin, "computes"));
    CHECK(contains(spin, "demo::stuck_in_a_loop"));

    const auto lock = post_mortem(server, "/stuck/lock", "c");
    CHECK(contains(lock, "waits in futex for a lock that it holds itself"));
    CHECK(contains(lock, "demo::stuck_on_a_lock"));

    const auto deaf = post_mortem(server, "/stuck/deaf", "d");
    CHECK(contains(deaf, "demo::stuck_and_deaf"));
}

TEST_CASE("of a request that is stuck in a call the log names the function and the upstream") {
    const Peer database(say_nothing);
    const Peer cache(say_nothing);
    const Peer web(say_nothing);
    const Server server(calls({"--post-mortem", long_time, "--timeout", "300ms", "--db-address",
                               database.address(), "--cache-servers", cache.address(),
                               "--cache-timeout", "1h", "--db-connect-timeout", "1h"}));

    const auto in_database = post_mortem(server, "/db", "a");
    CHECK(contains(in_database, "poll for fd "));
    CHECK(contains(in_database, "(db " + database.address() + ")\n"));
    CHECK(contains(in_database, "ask_the_database"));

    const auto in_cache = post_mortem(server, "/cache", "b");
    CHECK(contains(in_cache, "(cache " + cache.address() + ")\n"));
    CHECK(contains(in_cache, "ask_the_cache"));

    const auto in_web = post_mortem(server, "/http/" + web.address(), "c");
    CHECK(contains(in_web, "(" + web.address() + ")\n"));
    CHECK(contains(in_web, "ask_the_web"));
}

TEST_CASE("what would end a wait together with the limit does not take its stack away") {
    const Peer cache(say_nothing);
    const Peer web(say_nothing);
    // The libraries' own limits are the server's, and so is the client's.
    const std::vector<std::string> limits = {
        "--post-mortem", long_time,         "--timeout", "400ms",          "--cache-servers",
        cache.address(), "--cache-timeout", "400ms",     "--http-timeout", "400ms"};
    for (const std::string worker_class : {"sync", "threads", "fiber"}) {
        CAPTURE(worker_class);
        auto flags = limits;
        flags.insert(flags.end(), {"--worker-class", worker_class});
        const Server server(calls(std::move(flags)));

        CHECK(contains(post_mortem(server, "/cache", "a"), "[app] ask_the_cache()"));
        CHECK(
            contains(post_mortem(server, "/http/" + web.address(), "b", "Request-Timeout: 10\r\n"),
                     "[app] ask_the_web("));
    }
}

TEST_CASE("a stack is a few lines, and is in the exit report as one field") {
    const Peer web(say_nothing);
    const Server server(calls({"--post-mortem", long_time, "--timeout", "300ms"}));

    const auto lines = post_mortem(server, "/http/" + web.address(), "a");

    CHECK(count(lines, "  #") <= 8);
    CHECK(count(lines, "[app] ") == 2);
    CHECK(contains(lines, "curl_easy_perform ... "));
    CHECK_FALSE(contains(lines, "basic_string"));
    const auto report = server.log_line("exit report: ");
    CHECK(contains(report, R"("doing":"thread )"));
    CHECK(contains(report, R"("stack":["#0 )"));
    CHECK(contains(report, "[app] ask_the_web(std::string const&)"));
}

TEST_CASE("a handler that is written in place is on the stack by its name") {
    const Server server(calls({"--post-mortem", long_time, "--timeout", "300ms"}));

    const auto in_place = post_mortem(server, "/in_place", "a");

    CHECK(contains(in_place, "[app] routes(curfew::Router&)::{lambda#"));
    CHECK(count(in_place, "{lambda#") == 1);
    CHECK_FALSE(contains(in_place, "std::_Function_handler"));
}

TEST_CASE(
    "a fiber that is parked has a stack, and waits for something, though its thread does not") {
    const Peer web(say_nothing);
    const Server server(
        calls({"--post-mortem", long_time, "--timeout", "1s", "--worker-class", "fiber"}));

    const auto in_web = post_mortem(server, "/http/" + web.address(), "a");
    CHECK(contains(in_web, "its fiber waits for fd "));
    CHECK(contains(in_web, "(" + web.address() + "); thread "));
    CHECK(contains(in_web, "in epoll_wait for fd "));
    CHECK(contains(in_web, "curl_easy_perform"));
    CHECK(contains(in_web, "ask_the_web"));
    CHECK_FALSE(contains(in_web, "curfew::worker::"));

    const auto in_file = post_mortem(server, "/wait/for-ever", "b");
    CHECK(contains(in_file, "wait_for_the_file"));
}

TEST_CASE("a fiber that runs is not said to be parked") {
    const Server server(
        {.flags = {"--post-mortem", long_time, "--timeout", "2s", "--worker-class", "fiber"},
         .config = demo_limits,
         .workers = 1});

    const auto spin = post_mortem(server, "/stuck/spin", "a");

    CHECK(contains(spin, "ms: thread "));
    CHECK(contains(spin, "computes"));
    CHECK(contains(spin, "demo::stuck_in_a_loop"));
}

TEST_CASE("of several that are stuck in one worker each is reported") {
    const Server server(calls({"--post-mortem", long_time, "--timeout", "1s", "--threads", "4"}));

    auto first = begin(server, "/wait/for-ever", "a");
    auto second = begin(server, "/wait/for-ever", "b");
    REQUIRE(server.logs(") killed: a request exceeded its limit"));

    CHECK(count(server.log(), ") killed: a request exceeded its limit") == 1);
    const auto a = joined(report(server, "stuck", "a"));
    const auto b = joined(report(server, "stuck", "b"));
    CHECK_FALSE(a.empty());
    CHECK_FALSE(b.empty());
    CHECK(contains(a + b, "wait_for_the_file"));
}

TEST_CASE("without the time for it there is no inspection, and the worker dies as ever") {
    const Server server({.flags = {"--post-mortem", "0"}, .config = demo_limits, .workers = 1});

    CHECK(post_mortem(server, "/stuck/sleep", "a").empty());

    CHECK(server.logs("harakiri"));
}

TEST_CASE("however little time there is, the worker is killed") {
    const Server server({.flags = {"--post-mortem", "1ms"}, .config = demo_limits, .workers = 1});
    const auto before = server.worker();

    static_cast<void>(post_mortem(server, "/stuck/sleep", "a"));

    CHECK(server.worker() != before);
}

TEST_CASE("a worker that was stopped is killed at its limit too") {
    const Server server(calls({"--slow-request-limit", "20ms", "--timeout", "500ms"}));
    const auto pid = server.worker();
    auto client = begin(server, "/wait/for-ever", "a");
    REQUIRE(server.logs("slow: request a "));
    ::kill(pid, SIGSTOP);

    CHECK(client.read_reply().status == 504);
    CHECK(server.logs("(pid " + std::to_string(pid) + ") killed: a request exceeded its limit"));
    CHECK(server.worker() != pid);
}

TEST_CASE("a slow request is reported once, and goes on unharmed") {
    const Server server(calls({"--slow-request-limit", "50ms", "--timeout", "0"}));
    const auto pid = server.worker();

    for (const std::string id : {"a", "b"}) {
        auto client = begin(server, "/wait/" + id, id);
        REQUIRE(server.logs("slow: request " + id + " "));
        REQUIRE(wait_until(
            [&] { return contains(joined(report(server, "slow", id)), "wait_for_the_file"); }));
        make_file(server, id);
        CHECK(client.read_reply().body == "went on\n");
    }

    CHECK(count(server.log(), "GET /wait/a, route /wait/:name, age ") == 1);
    CHECK(count(server.log(), "GET /wait/b, route /wait/:name, age ") == 1);
    CHECK(server.worker() == pid);
    CHECK_FALSE(contains(server.log(), "harakiri"));

    server.signal(SIGTERM);
    REQUIRE(server.logs("] stopped"));
    CHECK(contains(server.log_line("route /wait/:name: "), ": 2 slow logged"));
}

TEST_CASE(
    "a slow request that gets stuck is reported twice: when it is slow, and when it is killed") {
    const Server server(
        calls({"--slow-request-limit", "50ms", "--timeout", "1s", "--post-mortem", long_time}));

    const auto death = post_mortem(server, "/wait/for-ever", "a");

    CHECK(contains(death, "wait_for_the_file"));
    CHECK(count(joined(report(server, "slow", "a")), "age ") == 1);
}

TEST_CASE("the limit of a route holds over the server's, in code and in the file") {
    const Peer peer(say_nothing);
    auto setup = calls({"--slow-request-limit", "300ms", "--timeout", "0"}, 4);
    setup.config = "[[route]]\npattern = \"/wait/:name\"\nslow_request_limit = \"1h\"\n";
    const Server server(setup);

    auto patient = begin(server, "/wait/go", "patient");
    auto never = begin(server, "/never/go", "never");
    auto soon = begin(server, "/soon/go", "soon");
    REQUIRE(server.logs("slow: request soon "));
    CHECK(contains(server.log(), "limit 50 ms"));
    // A later one, of the usual limit: those before it would have been reported by now.
    auto usual = begin(server, "/http/" + peer.address(), "usual");
    REQUIRE(server.logs("slow: request usual "));
    make_file(server, "go");

    for (auto* const client : {&patient, &never, &soon}) {
        CHECK(client->read_reply().body == "went on\n");
    }
    CHECK(report(server, "slow", "patient").empty());
    CHECK(report(server, "slow", "never").empty());
}

TEST_CASE("where nobody may look from outside, the log says so at start, and workers are asked") {
    if (!is_root()) return;
    const Server server(
        as_in_a_container({.flags = {"--post-mortem", "3s"}, .config = demo_limits, .workers = 1}));
    REQUIRE(says_that_it_may_not_look(server));
    CHECK(count(server.log(), "looked at from outside") == 1);

    CHECK(contains(post_mortem(server, "/stuck/sleep", "a"), "demo::stuck_in_sleep"));
    CHECK(contains(post_mortem(server, "/stuck/spin", "b"), "demo::stuck_in_a_loop"));
    CHECK(contains(post_mortem(server, "/stuck/lock", "c"), "demo::stuck_on_a_lock"));
    CHECK(contains(post_mortem(server, "/stuck/deaf", "d"), "no stack: its own signal handler"));
    CHECK(count(server.log(), "looked at from outside") == 1);
}

TEST_CASE("where nobody may look from outside the stack of a parked fiber is told, too") {
    if (!is_root()) return;
    const Peer web(say_nothing);
    const Server server(as_in_a_container(
        calls({"--post-mortem", long_time, "--timeout", "1s", "--worker-class", "fiber"})));
    REQUIRE(says_that_it_may_not_look(server));

    const auto in_web = post_mortem(server, "/http/" + web.address(), "a");
    CHECK(contains(in_web, "its fiber waits for fd "));
    CHECK(contains(in_web, "curl_easy_perform"));
    CHECK(contains(in_web, "ask_the_web"));
    CHECK_FALSE(contains(in_web, "curfew::worker::"));
}

TEST_CASE("where one may look, the log says nothing of that") {
    const Server server({.config = demo_limits, .workers = 1});

    static_cast<void>(post_mortem(server, "/stuck/sleep", "a"));

    CHECK_FALSE(contains(server.log(), "looked at from outside"));
}

TEST_CASE("a slow request whose worker is asked goes on unharmed too, in every worker class") {
    if (!is_root()) return;
    for (const std::string worker_class : {"sync", "threads", "fiber"}) {
        CAPTURE(worker_class);
        const Server server(as_in_a_container(
            calls({"--slow-request-limit", "50ms", "--worker-class", worker_class})));
        REQUIRE(says_that_it_may_not_look(server));

        auto client = begin(server, "/wait/go", "a");
        REQUIRE(wait_until([&] { return report(server, "slow", "a").size() > 1; }));
        // A fiber may go on just then.
        CHECK(wait_until([&] {
            const auto text = joined(report(server, "slow", "a"));
            return contains(text, "wait_for_the_file") ||
                   (worker_class == "fiber" && contains(text, "gone on meanwhile"));
        }));
        make_file(server, "go");

        CHECK(client.read_reply().body == "went on\n");
    }
}
