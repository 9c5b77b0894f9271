// Libraries from Debian's packages, unmodified, with servers that keep them waiting.
#include "tests/server/library_peers.h"
#include "tests/server/others.h"
#include "tests/support/server.h"
#include "tests/support/servers.h"

#include <doctest/doctest.h>

#include <atomic>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <sstream>
#include <string>
#include <thread>
#include <vector>

using namespace curfew::tests;
using namespace std::chrono_literals;

namespace {

constexpr auto slowly = 100ms;

struct Library {
    std::string name;
    Peer::Talk answers;  ///< null: MariaDB does
    Peer::Talk answers_late;
    Peer::Talk says_nothing;
    Peer::Talk drips;
};

std::vector<Library> libraries() {
    const std::string rest(1000, 'x');
    const auto greeted = greets_as_mariadb(say_nothing);
    return {
        {"redis", answers_redis(), answers_redis(600ms), say_nothing,
         drip("$1000\r\n" + rest, slowly)},
        {"postgres", answers_postgres(), answers_postgres(600ms), say_nothing,
         drip(std::string("R\0\0\3\xe8\0\0\0\0", 9) + rest, slowly)},
        {"web", answers_web(), answers_web(600ms), say_nothing,
         drip("HTTP/1.1 200 OK\r\nName: " + rest, slowly)},
        {"memcached", answers_memcached(), answers_memcached(600ms), say_nothing,
         drip("VALUE first 0 1000\r\n" + rest, slowly)},
        {"amqp", answers_amqp(), answers_amqp(600ms), say_nothing,
         drip(std::string("\1\0\0\0\0\3\xe8", 7) + rest, slowly)},
        {"mysql", nullptr, nullptr, say_nothing,
         drips_unasked(std::string("\x7f\0\0\0\x0a", 5) + rest, slowly)},
        {"mysql_with_tls", nullptr, nullptr, greeted,
         greets_as_mariadb(drip(std::string("\x16\3\3\x3\xe8", 5) + rest, slowly))},
    };
}

using Values = std::map<std::string, std::string>;

/// Of lines of "name value".
Values values_of(const std::string& text) {
    Values values;
    std::istringstream lines(text);
    for (std::string line; std::getline(lines, line);) {
        const auto space = std::min(line.find(' '), line.size() - 1);
        values[line.substr(0, space)] = line.substr(space + 1);
    }
    return values;
}

Server server_of(const std::string& worker_class) {
    return Server(
        {.flags = {"-k", worker_class, "--threads", worker_class == "threads" ? "16" : "1"},
         .app = test_app("libraries"),
         .workers = 1});
}

std::string port_of(const std::string& address) { return address.substr(address.find(':') + 1); }

Values ask(const Server& server, const std::string& name, const std::string& parameters) {
    try {
        return values_of(server.get("/ask/" + name + "?" + parameters).body);
    } catch (const std::runtime_error& no_answer) {
        return {{"milliseconds", "20000"}, {"error", no_answer.what()}};
    }
}

/// Whether the call ended by the library's own error at its limit of 300 ms, and long before the
/// server would have said anything. What is wrong, if it did not.
std::string wrong(Values found, bool fiber) {
    std::string wrong;
    if (found["timed_out"] != "yes" || !found["answer"].empty()) wrong += " no timeout";
    if (found["error"].empty()) wrong += " no error of the library";
    const auto time = std::stoi("0" + found["milliseconds"]);
    if (time < 300 || time >= 1000) wrong += " took " + std::to_string(time) + " ms";
    if (!wrong.empty()) wrong += " (" + found["error"] + ")";
    if (fiber && found["others"] == "0") wrong += " kept others waiting";
    return wrong;
}

void check_libraries(const std::string& worker_class) {
    const auto server = server_of(worker_class);
    const bool fiber = worker_class == "fiber";
    const FullPort silent;
    std::mutex mutex;
    std::string all;
    const auto report = [&](const std::string& name, const std::string& text) {
        const std::scoped_lock lock(mutex);
        if (!text.empty()) all.append(name).append(":").append(text).append("\n");
    };
    const auto check = [&](const Library& library) {
        const Peer stalled(library.says_nothing);
        const Peer dripping(library.drips);
        for (const auto& [what, address] :
             {std::pair("silent", silent.address()), std::pair("stalled", stalled.address()),
              std::pair("dripping", dripping.address())}) {
            std::string last;
            for (int i = 0; i < 3; ++i) {  // the machine may be busy
                const auto found = ask(server, library.name, "limit=300&port=" + port_of(address));
                last = wrong(found, fiber);
                if (last.empty()) break;
            }
            report(library.name + ", " + what, last);
        }
        std::unique_ptr<Peer> good;
        if (library.answers) good = std::make_unique<Peer>(library.answers);
        // It has no certificate: the same library asks without TLS.
        const auto name = library.answers ? library.name : "mysql";
        const auto address = good ? good->address() : real_servers().db.address;
        auto found = ask(server, name, "port=" + port_of(address));
        report(name + ", afterwards", found["answer"] == "first" ? "" : " " + found["error"]);
    };
    static_cast<void>(real_servers());
    {
        const Others others(server);
        const auto each = libraries();
        std::vector<std::jthread> threads;
        for (const auto& library : each) threads.emplace_back([&] { check(library); });
    }
    CHECK(all == "");
}

}  // namespace

TEST_CASE("libraries end at the limit by their own errors, in class threads") {
    check_libraries("threads");
}

TEST_CASE("libraries end at the limit by their own errors on fibers, and keep no others waiting") {
    check_libraries("fiber");
}

TEST_CASE("an answer that comes after the limit is no answer to the next question") {
    const auto server = server_of("threads");
    for (const auto& library : libraries()) {
        if (!library.answers_late) continue;
        CAPTURE(library.name);
        const Peer late(library.answers_late);

        auto found =
            ask(server, library.name, "limit=300&again=yes&port=" + port_of(late.address()));

        CHECK(found["timed_out"] == "yes");
        CHECK(found["error"] != "");
        CHECK((found["again_answer"] == "second" || found["again_answer"].empty()));
        CHECK(found["again_answer"].empty() == !found["again_error"].empty());
    }
}

TEST_CASE("SQLite's busy handler ends at the limit, and the database is not harmed") {
    for (const std::string worker_class : {"threads", "fiber"}) {
        const auto server = server_of(worker_class);
        const auto file = "host=" + (server.directory() / "database").string();
        CHECK(ask(server, "sqlite", file)["answer"] == "first");

        const Others others(server);
        auto found = ask(server, "sqlite", "limit=300&port=1&" + file);

        CHECK(wrong(found, worker_class == "fiber") == "");
        CHECK(found["error"] == "database is locked");
        CHECK(ask(server, "sqlite", file)["answer"] == "first");
    }
}

#ifdef __SANITIZE_ADDRESS__
constexpr long kept_by_allocator = 300'000'000;  // it keeps 256 MB of what was freed
#else
constexpr long kept_by_allocator = 20'000'000;
#endif

TEST_CASE("ten thousand timeouts leave nothing behind") {
    const auto server = server_of("fiber");
    const CrowdedPeer peer((server.directory() / "redis").string());
    const auto many = [&](int times) {
        std::atomic<int> timed_out{0};
        {
            std::vector<std::jthread> clients;
            for (int i = 0; i < 50; ++i) {
                clients.emplace_back([&] {
                    const auto reply =
                        server.get("/often/redis?limit=2&times=" + std::to_string(times / 50) +
                                   "&host=" + (server.directory() / "redis").string());
                    timed_out += std::stoi("0" + reply.body);
                });
            }
        }
        return timed_out.load();
    };
    CHECK(many(1000) == 1000);
    const auto before = server.get("/belongings").body;
    const auto memory = std::stol(server.get("/memory").body);

    CHECK(many(10'000) == 10'000);

    CHECK(server.get("/belongings").body == before);
    CHECK(std::stol(server.get("/memory").body) < memory + kept_by_allocator);
    CHECK(peer.clients() == 11'000);
}
