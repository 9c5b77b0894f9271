#include "handlers/backends/db.h"
#include "handlers/timeouts/strategy.h"
#include "tests/support/server.h"
#include "tests/support/servers.h"
#include "tests/support/wait_until.h"

#include <doctest/doctest.h>
#include <stdlib.h>

#include <atomic>
#include <chrono>
#include <string>
#include <thread>
#include <vector>

using namespace curfew;
using namespace curfew::tests;

namespace {

/// What the demo runs, and what a strategy must be able to do to end it at its limit.
struct Function {
    std::string name;
    bool (*ended_by)(const Guarantees&);
    std::string value;  ///< part of what it returns
};

// The clients for backends obey every limit that checkpoint() obeys.
const std::vector<Function> functions{
    {"http", [](const Guarantees& by) { return by.blocked_socket || by.cooperative_loop; },
     R"("status": 200)"},
    {"db", [](const Guarantees& by) { return by.blocked_socket || by.cooperative_loop; },
     R"("name": "Earth")"},
    {"cache", [](const Guarantees& by) { return by.drip_feed || by.cooperative_loop; },
     R"("cached": "hello, cache")"},
    {"sleep", [](const Guarantees& by) { return by.sleep; }, R"("slept")"},
    {"dns", [](const Guarantees& by) { return by.name_lookup; },
     R"("no name server has answered")"},
    {"cooperative", [](const Guarantees& by) { return by.cooperative_loop; }, R"("computed")"},
    {"spin", [](const Guarantees& by) { return by.cpu_loop; }, R"("computed")"},
    {"lock", [](const Guarantees& by) { return by.lock; }, R"("gave up waiting for the mutex")"},
    {"deaf", [](const Guarantees& by) { return by.cpu_loop && by.signals_blocked; },
     R"("computed")"},
};

const std::vector<std::string> unsafe_strategies{"unsafe_alarm", "unsafe_cancel"};

std::vector<std::string> backend_flags() {
    const auto& options = real_servers();
    return {"--cache-servers", options.cache.servers.at(0),
            "--db-address",    options.db.address,
            "--db-user",       options.db.user,
            "--db-password",   options.db.password,
            "--db-database",   options.db.database,
            "--helpers",       "1",
            "--timeout",       "15"};
}

/// The demo with everything that it calls: memcached, the database, and for `http` another demo.
struct Demo {
    Server delays{Setup{.workers = 12}};
    Server server{Setup{.flags = backend_flags(), .workers = 8, .before_exec = [this] {
                            ::setenv("DEMO_HTTP", delays.url().c_str(), 1);
                        }}};

    [[nodiscard]] Reply get(const std::string& target) const { return server.get(target); }
};

double number(const std::string& json, const std::string& name) {
    const auto at = json.find("\"" + name + "\": ");
    return at == std::string::npos ? -1 : std::stod(json.substr(at + name.size() + 4));
}

struct Trial {
    const Strategy* by;
    const Function* function;
    std::string target;
    Reply reply = {};
};

enum class Strategies {
    fork,  ///< for workers in which no other has left a thread
    others,
};

/// Every function under those strategies, a few at once: most of it is waiting.
std::vector<Trial> try_all(Strategies which, const std::string& query) {
    const Demo demo;
    std::vector<Trial> trials;
    for (const auto* const by : strategies()) {
        if ((by->name() == "fork") != (which == Strategies::fork)) continue;
        for (const auto& function : functions) {
            const auto path = "/timeout/" + std::string(by->name()) + "/" + function.name;
            trials.push_back({by, &function, path + query});
        }
    }
    std::atomic<std::size_t> next{0};
    const auto work = [&] {
        for (auto i = next++; i < trials.size(); i = next++) {
            trials[i].reply = demo.get(trials[i].target);
        }
    };
    std::vector<std::jthread> clients;
    for (int i = 0; i < 6; ++i) clients.emplace_back(work);
    clients.clear();
    return trials;
}

/// Every function under every strategy.
std::vector<Trial> try_all(const std::string& query) {
    auto trials = try_all(Strategies::others, query);
    for (auto& each : try_all(Strategies::fork, query)) trials.push_back(std::move(each));
    return trials;
}

}  // namespace

TEST_CASE("every function gives its value in time, under every strategy") {
    for (const auto& [by, function, target, reply] : try_all("?limit=4&seconds=0.05")) {
        CAPTURE(target);
        CAPTURE(reply.body);
        CHECK(reply.status == 200);
        CHECK(contains(reply.body, "\"outcome\": \"value\""));
        CHECK(contains(reply.body, function->value));
        CHECK(number(reply.body, "late_ms") == 0);
        CHECK(contains(reply.body, "\"function\": null"));
    }
}

TEST_CASE("at its limit every function is ended by those strategies that say so, and no others") {
    for (const auto& [by, function, target, reply] : try_all("?limit=150ms&seconds=1.5")) {
        CAPTURE(target);
        CAPTURE(reply.body);
        const auto& can = by->guarantees();
        const bool in_time = function->ended_by(can) || can.caller_returns;
        const double elapsed = number(reply.body, "elapsed_ms");
        if (in_time) {
            CHECK(reply.status == 504);
            CHECK(contains(reply.body, "\"outcome\": \"timeout\""));
            CHECK(elapsed >= 100);  // the database is told to be a little sooner
            CHECK(elapsed < 1000);
            if (!function->ended_by(can)) CHECK(contains(reply.body, "\"function\": \"thread "));
        } else {
            CHECK(elapsed >= 1400);
            CHECK(number(reply.body, "late_ms") >= 1200);
        }
    }
}

TEST_CASE("the unsafe ways harm a child process only") {
    const Demo demo;
    const auto before = demo.server.workers(8);

    for (const auto& name : unsafe_strategies) {
        for (const auto& function : functions) {
            const auto path = "/timeout/" + name + "/" + function.name;
            CAPTURE(path);
            const auto in_time = demo.get(path + "?limit=4&seconds=0.05");
            CHECK(in_time.status == 200);
            CHECK(contains(in_time.body, function.value));

            const auto ended = demo.get(path + "?limit=100ms&seconds=4");
            CAPTURE(ended.body);
            CHECK(ended.status >= 500);
            CHECK(number(ended.body, "elapsed_ms") < 3000);
            CHECK(number(ended.body, "children") == 0);
        }
    }
    CHECK(demo.server.workers(8) == before);
}

TEST_CASE("the query of a child that died does not go on without it") {
    const Demo demo;
    const Configured configured;

    static_cast<void>(demo.get("/timeout/unsafe_alarm/db?limit=100ms&seconds=10"));

    const auto nothing_sleeps = [] {
        const auto sleeping =
            db::query("SELECT 1 FROM information_schema.processlist WHERE state = 'User sleep'");
        return sleeping.rows.empty();
    };
    // After five seconds the server would look by itself whether anybody still wants to know.
    CHECK(wait_until(nothing_sleeps, std::chrono::milliseconds(2500)));
}

TEST_CASE("whoever jumps out of a query gets its answer to the next one") {
    const Demo demo;

    for (const auto* const victim : {"cache", "db"}) {
        const auto reply = demo.get(std::string("/unsafe/longjmp/") + victim + "?trials=16");
        CAPTURE(reply.body);
        CHECK(reply.status == 200);
        CHECK(number(reply.body, "trials") == 16);
        CHECK(number(reply.body, "previous_answer") > 0);
    }
}

TEST_CASE("http asks the very server that it runs on, if nobody says otherwise") {
    const Server server;
    const auto host = server.url().substr(std::string("http://").size());
    Client client(server);

    client.send("GET /timeout/deadline/http?limit=10&seconds=0.05 HTTP/1.1\r\nHost: " + host +
                "\r\nConnection: close\r\n\r\n");
    const auto reply = client.read_reply();

    CAPTURE(reply.body);
    CHECK(reply.status == 200);
    CHECK(contains(reply.body, "\"status\": 200"));
}

TEST_CASE("a function whose server is not there is an error that says so") {
    // Nobody can listen on port 1 but root, and nobody does.
    const Server server(
        {.flags = {"--cache-servers", "127.0.0.1:1", "--db-address", "127.0.0.1:1"}});

    for (const auto* const name : {"cache", "db"}) {
        for (const auto* const by : {"deadline", "thread", "unsafe_alarm"}) {
            const auto reply =
                server.get(std::string("/timeout/") + by + "/" + name + "?seconds=0");
            CAPTURE(reply.body);
            CHECK(reply.status == 502);
            CHECK(contains(reply.body, "\"outcome\": \"error\""));
            CHECK(contains(reply.body, std::string(name) + " 127.0.0.1:1: "));
        }
        CHECK(server.get(std::string("/unsafe/throw/") + name).status == 502);
    }
}

TEST_CASE("what there is not is 400, and the answer names what there is") {
    const Server server;

    const auto strategy = server.get("/timeout/nothing/sleep");
    CHECK(strategy.status == 400);
    for (const auto* const by : strategies()) CHECK(contains(strategy.body, by->name()));

    const auto function = server.get("/timeout/deadline/nothing");
    CHECK(function.status == 400);
    for (const auto& each : functions) CHECK(contains(function.body, each.name));

    const auto unsafe_function = server.get("/timeout/unsafe_alarm/nothing");
    CHECK(unsafe_function.status == 400);
    CHECK(contains(unsafe_function.body, "cooperative"));

    CHECK(contains(server.get("/timeout/deadline/sleep?limit=1h").body, "from 0.001 to 10"));
    CHECK(contains(server.get("/timeout/deadline/sleep?seconds=11").body, "from 0 to 10"));
    CHECK(contains(server.get("/unsafe/nothing/db").body, "throw, longjmp, cancel"));
    CHECK(contains(server.get("/unsafe/throw/nothing").body, "malloc, mutex, cache, db"));
}

TEST_CASE("the strategies are listed, for people and for programs") {
    const Server server;

    const auto page = server.get("/strategies");
    const auto json = server.get("/strategies", "Accept: application/json\r\n");

    CHECK(page.field("Content-Type").starts_with("text/html"));
    CHECK(json.field("Content-Type") == "application/json");
    for (const auto* const by : strategies()) {
        const std::string name(by->name());
        CHECK(contains(page.body, "/timeout/" + name + "/http"));
        CHECK(contains(json.body, "\"name\": \"" + name + "\""));
    }
}

TEST_CASE("a function that crashes takes its worker with it, unless it runs in another process") {
    const Demo demo;

    for (const std::string by : {"process", "fork"}) {
        const auto reply = demo.get("/timeout/" + by + "/crash");
        CAPTURE(by);
        CAPTURE(reply.body);
        CHECK(reply.status == 502);
        CHECK(contains(reply.body, "\"outcome\": \"error\""));
    }
    CHECK_FALSE(contains(demo.server.log(), "SIGSEGV"));

    CHECK(demo.get("/timeout/deadline/crash").status == 502);
    CHECK(demo.server.logs("crashed: SIGSEGV"));
}
