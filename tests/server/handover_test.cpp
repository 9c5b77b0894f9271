#include "tests/support/load.h"
#include "tests/support/server.h"
#include "tests/support/wait_until.h"

#include <doctest/doctest.h>

#include <atomic>
#include <csignal>
#include <deque>
#include <filesystem>
#include <iterator>
#include <string>
#include <thread>
#include <vector>

using namespace curfew;
using namespace curfew::tests;
using namespace std::chrono_literals;

namespace {

/// Kills the only worker, and waits for the next.
void replace_worker(const Server& server) {
    const auto old = server.worker();
    ::kill(old, SIGKILL);
    REQUIRE(wait_until([&] { return !is_alive(old); }));
    CHECK(server.worker() != old);
}

std::ptrdiff_t descriptors_of(pid_t pid) {
    const std::filesystem::directory_iterator all("/proc/" + std::to_string(pid) + "/fd");
    return std::distance(begin(all), end(all));
}

}  // namespace

TEST_CASE("idle connections outlive their worker") {
    const Server server({.flags = {"--keep-alive", "60s"}, .workers = 1});
    std::deque<Client> clients;
    for (int i = 0; i < 200; ++i) {
        clients.emplace_back(server);
        if (i % 4 != 0) CHECK(clients.back().get("/hello").status == 200);
    }

    replace_worker(server);
    CHECK(server.get("/crash/segv").status == 502);

    int answered = 0;
    for (auto& client : clients) answered += client.get("/hello").status == 200 ? 1 : 0;
    CHECK(answered == 200);
}

TEST_CASE("a worker without descriptors leaves the clients of another to a third") {
    const Server server(
        {.flags = {"--keep-alive", "60s"}, .app = test_app("closes"), .workers = 2});
    std::deque<Client> clients;
    for (int i = 0; i < 60; ++i) {
        clients.emplace_back(server);
        CHECK(clients.back().get("/harm/none").status == 200);
    }
    const auto full = std::stoi(server.get("/leak").body);
    const auto workers = server.workers(2);
    const auto other = workers[0] == full ? workers[1] : workers[0];

    ::kill(other, SIGKILL);

    int answered = 0;
    for (auto& client : clients) answered += client.get("/harm/none").status == 200 ? 1 : 0;
    CHECK(answered == 60);
}

TEST_CASE("a keeper waits for the worker that is to take its connections") {
    const Server server({.app = test_app("boots_slowly"), .workers = 1});
    std::deque<Client> clients;
    for (int i = 0; i < 600; ++i) clients.emplace_back(server);
    CHECK(clients[0].get("/nowhere").status == 404);
    REQUIRE(wait_until([&] { return descriptors_of(server.worker()) > 600; }));

    replace_worker(server);

    int answered = 0;
    for (auto& client : clients) answered += client.get("/nowhere").status == 404 ? 1 : 0;
    CHECK(answered == 600);
}

TEST_CASE("idle connections need not wait for others in their worker to end") {
    const Server server({.flags = {"--timeout", "1s", "--threads", "4", "--harakiri-grace", "20s"},
                         .config = "[[route]]\npattern = \"/delay/:seconds\"\nharakiri = \"60s\"\n",
                         .workers = 1});
    const auto terminating = server.worker();
    Client idle(server);
    Client stuck(server);
    Client slow(server);
    CHECK(idle.get("/hello").status == 200);
    slow.send(get_request("/delay/15"));
    CHECK(server.get("/hello").status == 200);

    CHECK(stuck.get("/stuck/sleep").status == 504);

    CHECK(idle.get("/hello").status == 200);
    CHECK(stuck.get("/hello").status == 200);
    CHECK(is_alive(terminating));
}

TEST_CASE("urgent data is data, and never somebody else's") {
    const Server server({.flags = {"--timeout", "500ms"}, .workers = 1});
    Client other(server);
    Client urgent(server);
    CHECK(other.get("/hello").status == 200);
    const std::string body(50'000, 'x');
    const auto request = post_request("/echo", body);
    urgent.send(request.substr(0, 200));
    urgent.send_urgent(request.substr(200, 1));
    urgent.send(request.substr(201, 20'000));

    CHECK(other.get("/delay/9").status == 504);
    urgent.send(request.substr(20'201));

    CHECK(urgent.read_reply().body.ends_with("\n\n" + body));
}

TEST_CASE("a connection that had its 504 has one reader, whose worker may die in turn") {
    const Server server({.flags = {"--timeout", "300ms"}, .workers = 4});
    Client client(server);
    for (int i = 0; i < 3; ++i) {
        CHECK(client.get("/delay/9").status == 504);
        for (int j = 0; j < 20; ++j) {
            const auto request = post_request("/echo", "abc");
            client.send(request.substr(0, request.size() - 3));
            std::this_thread::sleep_for(2ms);  // they are to come in two pieces
            client.send("abc");
            const auto reply = client.read_reply();
            CHECK(reply.status == 200);
            CHECK(reply.body.ends_with("\n\nabc"));
        }
    }
}

TEST_CASE("a request that is half-read when its worker dies is read on by another") {
    const Server server({.workers = 1});
    Client head(server);
    Client sized(server);
    Client chunked(server);
    Client expecting(server);
    const std::string body(200'000, 'x');
    head.send("GET /hello HTTP/1.1\r\nHo");
    sized.send(post_request("/echo", body).substr(0, 150'000));
    chunked.send("POST /echo HTTP/1.1\r\nHost: test\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhel");
    expecting.send(
        "POST /echo HTTP/1.1\r\nHost: test\r\nContent-Length: 3\r\nExpect: 100-continue\r\n\r\n");
    CHECK(expecting.read_reply().status == 100);

    replace_worker(server);
    head.send("st: test\r\n\r\n");
    sized.send(post_request("/echo", body).substr(150'000));
    chunked.send("lo\r\n0\r\n\r\n");
    expecting.send("abc");

    CHECK(head.read_reply().body == "Hello, world!\n");
    CHECK(sized.read_reply().body.ends_with("\n\n" + body));
    CHECK(chunked.read_reply().body.ends_with("\n\nhello"));
    const auto last = expecting.read_reply();
    CHECK(last.status == 200);
    CHECK(last.body.ends_with("\n\nabc"));
}

TEST_CASE("requests that have not begun are run by another worker") {
    const Server server({.flags = {"--timeout", "500ms", "--keep-alive", "60s"}, .workers = 1});
    std::deque<Client> clients;
    for (int i = 0; i < 20; ++i) {
        clients.emplace_back(server);
        CHECK(clients.back().get("/hello").status == 200);
    }
    Client stuck(server);
    CHECK(stuck.get("/hello").status == 200);

    stuck.send(get_request("/stuck/spin"));
    for (auto& client : clients) client.send(post_request("/echo", "abc"));

    CHECK(stuck.read_reply().status == 504);
    for (auto& client : clients) CHECK(client.read_reply().status == 200);
}

TEST_CASE("others in the worker may end before it is killed for one of them") {
    for (const std::string mode : {"threads", "fiber"}) {
        CAPTURE(mode);
        const Server server({.flags = {"--timeout", "2s", "--worker-class", mode, "--threads",
                                       mode == "threads" ? "32" : "1", "--harakiri-grace", "10s"},
                             .workers = 1});
        Client stuck(server);
        std::deque<Client> others;
        stuck.send(get_request("/delay/9"));
        std::this_thread::sleep_for(900ms);
        for (int i = 0; i < 31; ++i) {
            others.emplace_back(server);
            others.back().send(post_request("/delay/1.4", ""));
        }

        CHECK(stuck.read_reply().status == 504);

        int answered = 0;
        for (auto& client : others) answered += client.read_reply().status == 200 ? 1 : 0;
        CHECK(answered == 31);
        CHECK(server.logs("killed: a request exceeded its limit"));
    }
}

TEST_CASE("others that cannot end are run once more if that is safe, else answered 503") {
    const Server server(
        {.flags = {"--timeout", "6s", "--threads", "4", "--harakiri-grace", "0"}, .workers = 1});
    Client stuck(server);
    Client safe(server);
    Client unsafe(server);
    stuck.send(get_request("/delay/9"));
    std::this_thread::sleep_for(2s);
    safe.send(get_request("/delay/5.5"));
    unsafe.send(post_request("/delay/5.5", ""));

    CHECK(stuck.read_reply().status == 504);
    const auto refused = unsafe.read_reply();
    CHECK(refused.status == 503);
    CHECK(refused.field("Retry-After") == "1");
    // After 4 s in vain 2 are left, which would be in vain as well.
    CHECK(safe.read_reply().status == 503);
    CHECK(safe.get("/hello").status == 200);
    CHECK(unsafe.get("/hello").status == 200);
}

TEST_CASE("a request that was retried has what is left of its time, and is answered") {
    const Server server({.flags = {"--timeout", "3s", "--threads", "4", "--harakiri-grace", "0"},
                         .config = "[[route]]\npattern = \"/stuck/sleep\"\nharakiri = \"500ms\"\n",
                         .workers = 1});
    Client stuck(server);
    Client other(server);
    other.send(get_request("/delay/1"));
    stuck.send(get_request("/stuck/sleep"));

    CHECK(stuck.read_reply().status == 504);
    CHECK(other.read_reply().status == 200);
    CHECK(server.logs(R"("outcome":"retried")"));
}

TEST_CASE("after a crash only what ran beside it is run again") {
    const std::vector<std::vector<std::string>> classes = {{"--threads", "2"}, {"-k", "fiber"}};
    for (auto flags : classes) {
        CAPTURE(flags[1]);
        flags.insert(flags.end(), {"--slow-request-limit", "20ms"});
        for (const auto* const crash : {"/crash/segv", "/crash/exit"}) {
            CAPTURE(crash);
            const Server server({.flags = flags, .workers = 1});
            Client other(server);
            other.send(get_request("/delay/1"));
            REQUIRE(server.logs("slow: request "));  // it has begun
            CHECK(server.get(crash).status == 502);

            CHECK(other.read_reply().status == 200);
            const auto report = server.log_line("exit report: ");
            CHECK(contains(report, R"("outcome":"answered 502","culprit":true})"));
            CHECK(contains(report, R"("outcome":"retried"})"));
        }
    }
}

TEST_CASE("after a crash what ran beside it is answered 502 if the configuration says so") {
    const Server server(
        {.flags = {"--threads", "2", "--slow-request-limit", "20ms", "--retry-idempotent", "never"},
         .workers = 1});
    Client other(server);
    other.send(get_request("/delay/5"));
    REQUIRE(server.logs("slow: request "));
    CHECK(server.get("/crash/segv").status == 502);
    CHECK(other.read_reply().status == 502);
}

TEST_CASE("a request that has crashed is run again if the configuration says so, and then once") {
    const Server bold({.flags = {"--threads", "2", "--retry-idempotent", "always"}});
    CHECK(bold.get("/crash/segv").status == 502);
    CHECK(count(bold.log(), "died with request") == 2);
}

TEST_CASE("clients notice nothing of workers that are killed all the time") {
    const Server server({.workers = 3});
    std::atomic<bool> over = false;
    std::thread killer([&] {
        while (!over) {
            for (const pid_t pid : children_of(server.master())) {
                const auto title = title_of(pid);
                if (!contains(title, "[ready]")) continue;
                ::kill(pid, SIGKILL);
                break;
            }
            std::this_thread::sleep_for(100ms);
        }
    });

    const auto tally = run_load(server, "/hello", 16, 3000);

    over = true;
    killer.join();
    CHECK(tally.lost == 0);
    CHECK(tally.answered + tally.others == 16 * 3000);
    CHECK(count(server.log(), ") was ended from outside") > 3);
}

#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)  // which want to be the first

TEST_CASE("clients are seen to whatever is preloaded") {
    const Server server({.workers = 1, .before_exec = [] {
                             ::setenv("LD_PRELOAD", test_app("interposes").c_str(), 1);
                         }});
    Client idle(server);
    CHECK(idle.get("/hello").status == 200);

    CHECK(server.get("/crash/segv").status == 502);

    CHECK(idle.get("/hello").status == 200);
}

#endif
