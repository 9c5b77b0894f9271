#include "handlers/base/unique_fd.h"
#include "tests/support/server.h"

#include <doctest/doctest.h>
#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <string>
#include <thread>
#include <vector>

using namespace curfew;
using namespace curfew::tests;
using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;

namespace {

/// The number that follows `before` in a line of the log.
int number_after(const std::string& line, const std::string& before) {
    const auto at = line.find(before);
    return at == std::string::npos ? -1 : std::stoi(line.substr(at + before.size()));
}

/// For Setup::before_exec.
void log_into_a_pipe_of_which_one_line_is_read() {
    std::array<int, 2> ends{};
    checked(::pipe2(ends.data(), O_CLOEXEC), "pipe2");
    ::fcntl(ends[1], F_SETPIPE_SZ, 4096);
    if (::fork() == 0) {
        if (::fork() != 0) ::_exit(0);  // the reader is no child of the server
        ::close(ends[1]);
        for (char letter = 0; letter != '\n' && ::read(ends[0], &letter, 1) == 1;) {
            (void)!::write(STDERR_FILENO, &letter, 1);
        }
        pollfd writers{.fd = ends[0], .events = 0, .revents = 0};
        ::poll(&writers, 1, -1);  // until there are none
        ::_exit(0);
    }
    ::wait(nullptr);
    checked(::dup2(ends[1], STDERR_FILENO), "dup2");
}

}  // namespace

TEST_CASE("a handler that is stuck, in whatever way, is killed at its limit and never before") {
    const Server server({.flags = {"--timeout", "2s"}, .workers = 5});
    const auto before = server.workers(5);
    struct Visit {
        std::string target;
        Reply reply = {};
        Clock::duration took = {};
    };
    std::vector<Visit> visits{{"/stuck/sleep"}, {"/stuck/spin"}, {"/stuck/lock"}, {"/stuck/deaf"}};

    std::vector<std::thread> threads;
    for (auto& visit : visits) {
        threads.emplace_back([&] {
            const auto start = Clock::now();
            visit.reply = server.get(visit.target);
            visit.took = Clock::now() - start;
        });
    }
    for (auto& thread : threads) thread.join();

    for (const auto& visit : visits) {
        CAPTURE(visit.target);
        CHECK(visit.reply.status == 504);
        CHECK(visit.took >= 2s);
        CHECK(visit.took < 20s);
        const auto line = server.log_line("route " + visit.target + ",");
        CHECK(number_after(line, "age ") >= 2000);
        CHECK(number_after(line, "limit ") == 2000);
    }
    const auto after = server.workers(5);
    const auto survivors = std::ranges::count_if(
        after, [&](pid_t pid) { return std::ranges::find(before, pid) != before.end(); });
    CHECK(survivors == 1);
}

TEST_CASE("the log says which request cost the worker its life") {
    const Server server({.flags = {"--timeout", "300ms"}, .workers = 1});
    const auto pid = server.worker();

    CHECK(server.get("/delay/5?x=1", "X-Request-Id: my-id-7\r\n").status == 504);

    const auto line = server.log_line("harakiri");
    CHECK(contains(line, "(pid " + std::to_string(pid) + ") killed"));
    CHECK(contains(line, "route /delay/:seconds, GET /delay/5?x=1,"));
    CHECK(contains(line, "limit 300 ms"));
    CHECK(number_after(line, "age ") >= 300);
    CHECK(contains(line, "request my-id-7, running"));
    CHECK(server.logs("(pid " + std::to_string(pid) + ") killed: a request exceeded its limit"));
}

TEST_CASE("the file may give a route another limit, and the others keep theirs") {
    const Server server({.config = R"(
timeout = "20s"
[[route]]
pattern = "/stuck/sleep"
harakiri = "200ms"
[[route]]
pattern = "/delay/:seconds"
harakiri = "10s"
)"});

    CHECK(server.get("/delay/0.5").status == 200);
    CHECK(server.get("/stuck/sleep").status == 504);

    CHECK(server.logs("limit 200 ms"));
    CHECK(count(server.log(), "harakiri:") == 1);
}

TEST_CASE("who is to act in time comes before those that compute, and workers are not favoured") {
    const Server server({.workers = 1});
    const auto worker = server.worker();
    const auto favoured = [](pid_t pid) {
        return (::sched_getscheduler(pid) & SCHED_RESET_ON_FORK) != 0;
    };

    CHECK(favoured(server.master()));
    CHECK_FALSE(favoured(worker));
    const auto family = children_of(server.master());
    CHECK(std::ranges::count_if(family, favoured) == 1);  // the keeper
}

TEST_CASE("a request within its limit costs nobody anything") {
    const Server server({.flags = {"--timeout", "3s"}, .workers = 1});
    const auto pid = server.worker();

    CHECK(server.get("/delay/0.5").status == 200);
    CHECK(server.get("/delay/0.5").status == 200);

    CHECK(server.worker() == pid);
    CHECK_FALSE(contains(server.log(), "harakiri"));
}

TEST_CASE("a limit of 0 is none") {
    const Server server({.flags = {"--timeout", "0"}, .workers = 1});

    CHECK(server.get("/delay/1").status == 200);
}

TEST_CASE("a stream that is stuck is killed, and its client can tell that it is not whole") {
    const Server server({.flags = {"--timeout", "300ms"}, .workers = 1});

    const auto reply = server.get("/stream/2?interval=8000");

    CHECK(reply.status == 200);
    CHECK_FALSE(reply.whole);
    CHECK(server.logs("responding"));
}

TEST_CASE("a stream of nothing ends at its limit, and so does its connection; the worker stays") {
    for (const std::string worker_class : {"sync", "threads", "fiber"}) {
        CAPTURE(worker_class);
        const Server server({.flags = {"--timeout", "300ms", "--worker-class", worker_class},
                             .app = test_app("stalls"),
                             .workers = 1});
        const auto worker = server.worker();
        Client client(server);
        client.send(get_request("/nothing"));

        CHECK(server.logs("the stream of route /nothing has yielded nothing but empty pieces"));
        static_cast<void>(client.read_until_close());
        CHECK(client.was_reset());
        CHECK(server.worker() == worker);
    }
}

TEST_CASE("within() bounds each piece of a stream; the worker stays") {
    for (const std::string worker_class : {"sync", "threads", "fiber"}) {
        for (const std::string route : {"/pieces/", "/pieces_by_thread/"}) {
            CAPTURE(worker_class);
            CAPTURE(route);
            const Server server({.flags = {"--worker-class", worker_class},
                                 .app = test_app("stalls"),
                                 .workers = 1});
            const auto worker = server.worker();

            const auto late = server.get(route + "15000");
            const auto slow = server.get(route + "800");

            CHECK(late.status == 200);
            CHECK(late.body == "piece\n");
            CHECK_FALSE(late.whole);
            CHECK(server.logs("the stream threw: the time limit for a piece has passed"));
            CHECK(slow.whole);  // although it takes longer than the limit in all
            CHECK(count(slow.body, "piece") == 4);
            CHECK(server.worker() == worker);
        }
    }
}

TEST_CASE("a function that ends long after its limit is logged and counted, with what held it up") {
    const Server server({.workers = 1});

    CHECK(server.get("/timeout/deadline/spin?limit=100ms&seconds=0.5").status == 504);

    const auto line = server.log_line("ms after its limit");
    CHECK(contains(line, "route /timeout/"));
    CHECK(contains(line, "(strategy deadline): it computed"));

    server.signal(SIGTERM);
    CHECK(contains(server.log_line("1 ended long after a limit"), "route /timeout/"));
}

TEST_CASE("a stream may take longer than the limit, as long as no piece of it does") {
    const Server server({.flags = {"--timeout", "1500ms"}, .workers = 1});
    const auto pid = server.worker();

    const auto start = Clock::now();
    const auto reply = server.get("/stream/8?interval=250");

    CHECK(Clock::now() - start > 1500ms);
    CHECK(reply.whole);
    CHECK(count(reply.body, "\n") == 8);
    CHECK(server.worker() == pid);
}

TEST_CASE(
    "one stuck thread costs the worker its life, though others of its requests end meanwhile") {
    const Server server({.flags = {"--threads", "4", "--timeout", "2s"}, .workers = 1});
    Client stuck(server);
    stuck.send(get_request("/stuck/sleep"));

    Client other(server);
    while (!stuck.hears_within(0ms)) {
        try {
            if (other.get("/hello").status == 0) other = Client(server);
        } catch (const std::system_error&) {
            break;
        }
    }

    CHECK(stuck.read_reply().status == 504);
    CHECK(server.logs("route /stuck/sleep"));
}

TEST_CASE("the next worker is forked before the one that is stuck is killed") {
    const Server server({.flags = {"--timeout", "1s", "--log-level", "debug"}, .workers = 1});
    const auto first = server.worker();

    CHECK(server.get("/delay/9").status == 504);

    CHECK(server.worker() != first);
    REQUIRE(server.logs("harakiri: worker"));
    const auto log = server.log();
    const auto near = log.find("(pid " + std::to_string(first) + ") is near the limit");
    REQUIRE(near != std::string::npos);
    CHECK(near < log.find("harakiri: worker"));
}

TEST_CASE("a worker that was only near a limit stays, and the one forked for it goes again") {
    const Server server(
        {.flags = {"--log-level", "debug"}, .app = test_app("boots_slowly"), .workers = 1});
    const auto first = server.worker();

    CHECK(server.get("/nearly").body == "made it\n");

    CHECK(contains(server.log(), "is near the limit"));
    CHECK(server.logs("is no longer near the limit"));
    CHECK(server.worker() == first);
}

TEST_CASE("who boots faster than the first did is not forked again and again") {
    const Server server({.flags = {"--log-level", "debug"},
                         .app = test_app("boots_slowly"),
                         .workers = 1,
                         .before_exec = [] { ::setenv("BOOTS_SLOWLY_AT_FIRST", "boots", 1); }});

    CHECK(server.get("/nearly").body == "made it\n");

    CHECK(server.logs("is no longer near the limit"));
    CHECK(count(server.log(), "is near the limit") == 1);
}

TEST_CASE("others are served while a worker is stuck, and after it was killed") {
    const Server server({.flags = {"--timeout", "2s"}});
    Client stuck(server);
    stuck.send(get_request("/stuck/spin"));

    int answered = 0;
    while (!stuck.hears_within(10ms)) answered += server.get("/hello").status == 200 ? 1 : 0;

    CHECK(answered > 10);
    CHECK(stuck.read_reply().status == 504);
    CHECK(server.workers(2).size() == 2);
    CHECK(server.get("/hello").status == 200);
}

TEST_CASE("a log that nobody reads any more keeps no kill from coming") {
    const Server server(
        {.flags = {"--circuit-breaker", "0"},
         .config = "[[route]]\npattern = \"/delay/:seconds\"\nharakiri = \"200ms\"\n",
         .before_exec = log_into_a_pipe_of_which_one_line_is_read});

    for (int i = 0; i < 12; ++i) CHECK(server.get("/delay/9").status == 504);

    CHECK(server.get("/hello").status == 200);
    CHECK(contains(server.log(), "listening"));
    CHECK_FALSE(contains(server.log(), "harakiri"));
}
