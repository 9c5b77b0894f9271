#include "handlers/backends/cache.h"
#include "tests/handlers/backends/attempt.h"
#include "tests/support/peer.h"
#include "tests/support/proxy.h"
#include "tests/support/servers.h"

#include <doctest/doctest.h>

#include <thread>
#include <vector>

namespace curfew::tests {

using namespace std::chrono_literals;
using Kind = BackendError::Kind;

namespace {

BackendOptions cache_at(const std::string& address) {
    BackendOptions options = real_servers();
    options.cache.servers = {address};
    options.cache.timeout = 1min;
    return options;
}

const std::string& real_cache() { return real_servers().cache.servers.at(0); }

}  // namespace

TEST_CASE("cache: values come back as they were set, whatever bytes they have") {
    const Configured configured;
    std::string large(500'000, '\0');
    for (std::size_t i = 0; i < large.size(); ++i) large[i] = static_cast<char>(i * 7);

    for (const std::string& value : {std::string("text"), std::string(), std::string("\r\nEND\r\n"),
                                     std::string("\0\xff", 2), large}) {
        cache::set("value", value);
        CHECK(cache::get("value") == value);
    }
    CHECK(!cache::get("never-set"));
}

TEST_CASE("cache: add, del and increment say whether the key was there") {
    const Configured configured;
    (void)cache::del("k");

    CHECK(!cache::increment("k"));
    CHECK(cache::add("k", "41"));
    CHECK(!cache::add("k", "7"));
    CHECK(cache::increment("k") == 42);
    CHECK(cache::increment("k", std::uint64_t{1} << 40) == (std::uint64_t{1} << 40) + 42);
    CHECK(cache::del("k"));
    CHECK(!cache::del("k"));
}

TEST_CASE("cache: a lifetime ends, and the longest are no points in time") {
    const Configured configured;

    cache::set("short", "x", 1ms);
    cache::set("long", "x", std::chrono::hours(24 * 365));

    CHECK(cache::get("long") == "x");
    const auto give_up = std::chrono::steady_clock::now() + 10s;
    while (cache::get("short") && std::chrono::steady_clock::now() < give_up) sleep_for(10ms);
    CHECK(!cache::get("short"));
    CHECK_THROWS_AS(cache::set("k", "x", -1s), std::invalid_argument);
}

TEST_CASE("cache: a key cannot carry a command") {
    for (const std::string& key : {std::string(), std::string("a b"), std::string("a\r\nflush_all"),
                                   std::string("a\0b", 3), std::string(251, 'k')}) {
        CHECK_THROWS_AS((void)cache::get(key), std::invalid_argument);
        CHECK_THROWS_AS(cache::set(key, "x"), std::invalid_argument);
    }
    const Configured configured;
    cache::set(std::string(250, 'k'), "x");
    CHECK(cache::get(std::string(250, 'k')) == "x");
}

TEST_CASE("cache: several servers share the keys out") {
    const Peer silent(say_nothing);
    BackendOptions options = real_servers();
    const Proxy second(real_cache());
    options.cache.servers.push_back(second.address());
    const Configured configured(options);

    for (int i = 0; i < 50; ++i) {
        const auto key = "key" + std::to_string(i);
        cache::set(key, key);
        CHECK(cache::get(key) == key);
    }

    CHECK(second.connections() == 1);
}

TEST_CASE("cache: connections are kept, and one that was closed meanwhile is replaced") {
    Proxy proxy(real_cache());
    const Configured configured(cache_at(proxy.address()));

    for (int i = 0; i < 5; ++i) cache::set("k", "v");
    CHECK(proxy.connections() == 1);

    proxy.set(Proxy::Mode::cut);
    const auto cut = attempt([] { (void)cache::get("k"); });
    CAPTURE(cut.message);
    CHECK(cut.kind == Kind::protocol);
    proxy.set(Proxy::Mode::pass);
    CHECK(cache::get("k") == "v");
}

TEST_CASE("cache: who waits for a connection uses one that was given back") {
    const Proxy proxy(real_cache());
    auto options = cache_at(proxy.address());
    options.cache.connections = 1;
    const Configured configured(options);
    std::vector<std::thread> threads;
    for (int i = 0; i < 8; ++i) {
        threads.emplace_back([] {
            for (int turn = 0; turn < 20; ++turn) cache::set("k", "v");
        });
    }
    for (auto& thread : threads) thread.join();

    CHECK(proxy.connections() == 1);
}

TEST_CASE("cache: failures have a kind and name the server") {
    const ClosedPort closed;
    const Peer nonsense([](int connection) {
        (void)receive(connection);
        send_all(connection, "HTTP/1.1 400 Bad Request\r\n\r\n");
        say_nothing(connection);
    });

    Attempt refused;
    {
        const Configured configured(cache_at(closed.address()));
        refused = attempt([] { (void)cache::get("k"); });
    }
    Attempt confused;
    {
        const Configured configured(cache_at(nonsense.address()));
        confused = attempt([] { (void)cache::get("k"); });
    }
    const Configured configured;
    const auto too_large = attempt([] { cache::set("k", std::string(2 << 20, 'x')); });
    cache::set("k", "text");
    const auto no_number = attempt([] { (void)cache::increment("k"); });

    CAPTURE(confused.message);
    CHECK(refused.kind == Kind::refused);
    CHECK(refused.message == "cache " + closed.address() + ": connection refused");
    CHECK(confused.kind == Kind::protocol);
    CHECK(too_large.kind == Kind::protocol);
    CHECK(no_number.kind == Kind::protocol);
    CHECK(cache::get("k") == "text");
}

TEST_CASE("cache: a server that never answers, or never takes the connection, costs the limit") {
    const Peer silent(say_nothing);
    const FullPort full;

    for (const std::string& address : {silent.address(), full.address()}) {
        const Configured configured(cache_at(address));
        const auto got = attempt_within(200ms, [] { (void)cache::get("k"); });
        const auto set = attempt_within(200ms, [] { cache::set("k", std::string(900'000, 'x')); });

        CHECK(got.timed_out);
        CHECK(took_its_200_ms(got));
        CHECK(set.timed_out);
        CHECK(took_its_200_ms(set));
    }
}

TEST_CASE("cache: a server that drips costs the limit, and no more") {
    Proxy proxy(real_cache());
    const Configured configured(cache_at(proxy.address()));
    cache::set("k", std::string(400, 'x'));
    proxy.set(Proxy::Mode::drip);

    const auto result = attempt_within(200ms, [] { (void)cache::get("k"); });

    CHECK(result.timed_out);
    CHECK(took_its_200_ms(result));
}

TEST_CASE("cache: the backend's own limit is no timeout of the caller") {
    const Peer silent(say_nothing);
    BackendOptions options = cache_at(silent.address());
    options.cache.timeout = 200ms;
    const Configured configured(options);

    const auto result = attempt([] { (void)cache::get("k"); });

    CHECK(result.kind == Kind::timed_out);
    CHECK(took_its_200_ms(result));
}

TEST_CASE("cache: a cancel token ends a call at once") {
    const Peer silent(say_nothing);
    const Configured configured(cache_at(silent.address()));
    CancelToken token;
    const CancelScope scope(token);
    std::thread other([&] {
        while (silent.connections() == 0) std::this_thread::yield();
        token.raise();
    });

    const auto result = attempt([] { (void)cache::get("k"); });
    other.join();

    CHECK(result.timed_out);
    CHECK(result.time < 5s);
}

TEST_CASE("cache: after a timeout the next call gets its own answer, over a new connection") {
    Proxy proxy(real_cache());
    const Configured configured(cache_at(proxy.address()));
    cache::set("old", "old");
    cache::set("new", "new");
    proxy.set(Proxy::Mode::hold);

    const auto result = attempt_within(100ms, [] { (void)cache::get("old"); });
    proxy.set(Proxy::Mode::pass);

    CHECK(result.timed_out);
    CHECK(cache::get("new") == "new");
    CHECK(proxy.connections() == 2);
}

}  // namespace curfew::tests
