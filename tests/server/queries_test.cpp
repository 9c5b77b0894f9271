#include "handlers/backends/db.h"
#include "tests/support/proxy.h"
#include "tests/support/server.h"
#include "tests/support/servers.h"
#include "tests/support/wait_until.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <csignal>
#include <string>
#include <thread>
#include <vector>

using namespace curfew;
using namespace curfew::tests;
using namespace std::chrono_literals;

namespace {

Setup with_database(std::vector<std::string> flags, int workers,
                    const std::string& address = real_servers().db.address) {
    const DbOptions& db = real_servers().db;
    return {.flags = std::move(flags),
            .config = "[db]\naddress = \"" + address + "\"\nuser = \"" + db.user +
                      "\"\npassword = \"" + db.password + "\"\ndatabase = \"" + db.database +
                      "\"\n",
            .app = test_app("queries"),
            .workers = workers};
}

/// How many statements with that tag the database server works on.
std::int64_t running(const std::string& tag) {
    const auto count = db::query(
        "SELECT COUNT(*) FROM information_schema.processlist "
        "WHERE info LIKE ? AND id <> CONNECTION_ID()",
        {"%/* " + tag + " */%"});
    return std::get<std::int64_t>(count.rows.at(0).at(0));
}

/// The session that works on the one statement with that tag. A request that is run again asks in
/// another session.
std::int64_t session_of(const std::string& tag) {
    const auto found = db::query(
        "SELECT id FROM information_schema.processlist "
        "WHERE info LIKE ? AND id <> CONNECTION_ID()",
        {"%/* " + tag + " */%"});
    return std::get<std::int64_t>(found.rows.at(0).at(0));
}

bool works(std::int64_t session) {
    const auto count = db::query(
        "SELECT COUNT(*) FROM information_schema.processlist WHERE id = ? AND info IS NOT NULL",
        {session});
    return std::get<std::int64_t>(count.rows.at(0).at(0)) > 0;
}

bool comes_to_run(const std::string& tag, std::int64_t count = 1) {
    return wait_until([&] { return running(tag) == count; });
}

/// Well within the time that it has left to run; the promise is 100 ms.
bool ends_soon(const std::string& tag) {
    return wait_until([&] { return running(tag) == 0; }, 2s);
}

/// A client that waits for a statement of so many seconds.
Client visitor(const Server& server, const std::string& tag, const std::string& seconds = "30") {
    Client client(server);
    client.send(get_request("/query/" + tag + "/" + seconds));
    return client;
}

/// A route's handlers run in children.
Setup in_children(const std::string& strategy, const std::string& route,
                  const std::string& address = real_servers().db.address) {
    auto setup = with_database({"--helpers", "1", "--timeout", "0"}, 1, address);
    setup.config += "[[route]]\npattern = \"" + route +
                    "/:tag/:seconds\"\nlimit = \"25s\"\nstrategy = \"" + strategy + "\"\n";
    return setup;
}

void kill_children(pid_t worker) {
    for (const pid_t child : children_of(worker)) {
        const bool zygote = title_of(child).ends_with("[zygote]");
        if (!zygote) ::kill(child, SIGKILL);
        for (const pid_t helper : children_of(child)) {
            if (zygote) ::kill(helper, SIGKILL);
        }
    }
}

}  // namespace

TEST_CASE("the query of a request that exceeds its limit ends with its worker") {
    const Configured configured;
    const Server server(with_database({}, 1));
    Client client(server);
    client.send(get_request("/limited/harakiri/30"));
    REQUIRE(comes_to_run("harakiri"));

    REQUIRE(server.logs("harakiri: worker 1"));

    CHECK(ends_soon("harakiri"));
    CHECK(server.logs("queries of dead workers cancelled: 1 of 1"));
    CHECK(server.get("/query/next/0").body == "0");
}

TEST_CASE("the query of a worker that is killed from outside, or crashes, ends with it") {
    const Configured configured;
    const Server server(with_database({"--threads", "2"}, 1));

    for (const std::string& tag : {std::string("killed"), std::string("crashed")}) {
        CAPTURE(tag);
        const auto pid = server.worker();
        const auto client = visitor(server, tag);
        REQUIRE(comes_to_run(tag));
        const auto session = session_of(tag);

        if (tag == "killed") ::kill(pid, SIGKILL);
        if (tag == "crashed") (void)server.get("/crash");

        CHECK(wait_until([&] { return !works(session); }, 2s));
        CHECK(wait_until([&] { return !is_alive(pid); }));
    }
    CHECK(server.worker() > 0);
    CHECK(wait_until([&] { return count(server.log(), "cancelled: 1 of 1") == 2; }));
}

TEST_CASE("all queries of a worker end with it, and those of others go on") {
    const Configured configured;
    const Server server(with_database({"--threads", "4"}, 2));
    const Server neighbour(with_database({}, 1));
    std::thread unrelated([] { (void)db::query("SELECT SLEEP(6) /* unrelated */"); });
    const auto other = visitor(neighbour, "neighbour");
    std::vector<Client> clients;
    for (int i = 0; i < 3; ++i) clients.push_back(visitor(server, "ours"));
    REQUIRE(comes_to_run("unrelated"));
    REQUIRE(comes_to_run("neighbour"));
    REQUIRE(comes_to_run("ours", 3));

    for (const auto pid : server.workers(2)) ::kill(pid, SIGKILL);

    CHECK(ends_soon("ours"));
    CHECK(running("unrelated") == 1);
    CHECK(running("neighbour") == 1);
    unrelated.join();
}

TEST_CASE("the query of a worker that lives on gets its answer") {
    const Configured configured;
    const Server server(with_database({}, 2));
    std::vector<Client> clients;
    clients.push_back(visitor(server, "long", "6"));
    REQUIRE(comes_to_run("long"));
    clients.emplace_back(server);
    clients[1].send(get_request("/limited/short/30"));
    REQUIRE(comes_to_run("short"));

    REQUIRE(server.logs("queries of dead workers cancelled: 1 of 1"));

    CHECK(running("long") == 1);
    CHECK(ends_soon("short"));
    CHECK(clients[0].read_reply().body == "0");
}

TEST_CASE("a server that stops at once takes its queries along") {
    const Configured configured;
    const Server server(with_database({}, 2));
    std::vector<Client> clients;
    for (int i = 0; i < 2; ++i) clients.push_back(visitor(server, "stopped"));
    REQUIRE(comes_to_run("stopped", 2));

    server.signal(SIGQUIT);

    CHECK(wait_until([&] { return server.ended(); }));
    CHECK(ends_soon("stopped"));
    CHECK(server.exit_status() == 0);
}

TEST_CASE("a database server that does not answer keeps nobody from serving") {
    const Configured configured;
    Proxy proxy(real_servers().db.address);
    const Server server(with_database({}, 1, proxy.address()));
    const auto client = visitor(server, "held", "5");
    REQUIRE(comes_to_run("held"));
    const auto pid = server.worker();

    proxy.set(Proxy::Mode::hold);
    ::kill(pid, SIGKILL);

    CHECK(wait_until([&] { return server.get("/nothing").status == 404; }));
    CHECK(server.logs("queries of dead workers that may go on: 1: db " + proxy.address()));
    CHECK(server.worker() != pid);
    CHECK(count(server.log(), ") was ended from outside") == 1);
}

TEST_CASE("a session behind a proxy, which the server sees at another end, is cancelled too") {
    const Configured configured;
    const Proxy proxy(real_servers().db.address);
    const Server server(with_database({}, 1, proxy.address()));
    const auto client = visitor(server, "behind");
    REQUIRE(comes_to_run("behind"));

    ::kill(server.worker(), SIGKILL);

    CHECK(ends_soon("behind"));
}

TEST_CASE("a worker that dies without a query costs no process") {
    const Configured configured;
    const Server server(with_database({}, 1));
    CHECK(server.get("/query/done/0").body == "0");
    const auto pid = server.worker();

    ::kill(pid, SIGKILL);

    REQUIRE(server.logs("was ended from outside"));
    // The next process that the master forks is its next worker.
    CHECK(server.worker() != pid);
    CHECK_FALSE(contains(server.log(), "queries"));
}

TEST_CASE("the query of a child that runs a handler ends with the child, or with its child's") {
    const Configured configured;
    for (const std::string strategy : {"process", "fork"}) {
        for (const std::string route : {"/query", "/nested"}) {
            CAPTURE(strategy);
            CAPTURE(route);
            const Server server(in_children(strategy, route));
            const auto worker = server.worker();
            Client client(server);
            client.send(get_request(route + "/" + strategy + "/30"));
            REQUIRE(comes_to_run(strategy));

            kill_children(worker);

            CHECK(ends_soon(strategy));
            CHECK(client.read_reply().status == 502);
            CHECK(server.worker() == worker);
        }
    }
}

TEST_CASE("what a child has left is cancelled for the worker if nobody has done so before") {
    const Configured configured;
    Proxy proxy(real_servers().db.address);
    for (const std::string strategy : {"process", "fork"}) {
        CAPTURE(strategy);
        const Server server(in_children(strategy, "/query", proxy.address()));
        auto client = visitor(server, strategy, "6");
        REQUIRE(comes_to_run(strategy));

        proxy.set(Proxy::Mode::hold);
        kill_children(server.worker());
        CHECK(client.read_reply().status == 502);
        server.signal(SIGTERM);

        CHECK(server.logs("has left queries running: 1"));
        proxy.set(Proxy::Mode::pass);
    }
}

namespace {

Setup with_bound(const std::string& worker_class, const std::string& connections) {
    std::vector<std::string> flags = {"--worker-class", worker_class, "--db-connections",
                                      connections};
    if (worker_class == "threads") flags.insert(flags.end(), {"--threads", "24"});
    return with_database(flags, 1);
}

}  // namespace

TEST_CASE("a worker has no more than db_connections, and requests beyond wait for one") {
    const Configured configured;
    for (const std::string worker_class : {"fiber", "threads"}) {
        CAPTURE(worker_class);
        const Server server(with_bound(worker_class, "4"));
        const auto tag = "bounded-" + worker_class;
        std::vector<Client> clients;
        for (int i = 0; i < 24; ++i) clients.push_back(visitor(server, tag, "0.3"));

        std::int64_t most = 0;
        CHECK(wait_until([&] {
            most = std::max(most, running(tag));
            return clients.back().hears_within(5ms);
        }));

        for (auto& client : clients) CHECK(client.read_reply().status == 200);
        CHECK(most > 0);
        CHECK(most <= 4);
    }
}

TEST_CASE(
    "a request that waits for a db connection is answered 504 at its limit, and none is lost") {
    const Configured configured;
    for (const std::string worker_class : {"fiber", "threads"}) {
        CAPTURE(worker_class);
        const Server server(with_bound(worker_class, "1"));
        const auto tag = "waited-for-" + worker_class;
        auto first = visitor(server, tag, "4");
        REQUIRE(comes_to_run(tag));

        std::vector<Client> late;
        for (int i = 0; i < 3; ++i) {
            late.emplace_back(server);
            late.back().send(get_request("/query/late/0", "Request-Timeout: 0.3\r\n"));
        }

        for (auto& client : late) CHECK(client.read_reply().status == 504);
        CHECK(running(tag) == 1);
        CHECK(first.read_reply().status == 200);
        CHECK(server.get("/query/after/0").status == 200);
    }
}

TEST_CASE("harakiri says of a request that it waits for a db connection") {
    const Configured configured;
    const Server server(with_bound("fiber", "1"));
    const auto holder = visitor(server, "holder");
    REQUIRE(comes_to_run("holder"));

    CHECK(server.get("/limited/kept-waiting/0").status == 504);

    CHECK(server.logs("(waits for a connection of its own)"));
}
