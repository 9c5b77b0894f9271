#include "handlers/backends/db.h"
#include "tests/handlers/backends/attempt.h"
#include "tests/support/proxy.h"
#include "tests/support/servers.h"
#include "tests/support/wait_until.h"

#include <doctest/doctest.h>

#include <thread>

namespace curfew::tests {

using namespace std::chrono_literals;
using db::Value;
using Kind = BackendError::Kind;

namespace {

BackendOptions db_at(const std::string& address) {
    BackendOptions options = real_servers();
    options.db.address = address;
    return options;
}

Value value_of(const std::string& sql) { return db::query(sql).rows.at(0).at(0); }

/// Whether the server works on a statement with that text.
bool is_running(const std::string& text) {
    const auto count = db::query(
        "SELECT COUNT(*) FROM information_schema.processlist "
        "WHERE info LIKE ? AND id <> CONNECTION_ID()",
        {"%" + text + "%"});
    return count.rows.at(0).at(0) != Value(0);
}

/// Within the 100 ms that are promised, or somewhat more on a slow machine.
bool ends_soon(const std::string& text) {
    return wait_until([&] { return !is_running(text); }, 500ms);
}

}  // namespace

TEST_CASE("db: a statement that takes too long costs the limit, and the server stops it") {
    const Configured configured;

    for (const std::string& sql :
         {std::string("SELECT SLEEP(5) /* one */"), std::string("DO SLEEP(5) /* one */"),
          std::string("SELECT COUNT(*) /* one */ FROM seq_1_to_100000 a, seq_1_to_100000 b")}) {
        CAPTURE(sql);
        const auto result = attempt_within(200ms, [&] { (void)db::query(sql); });

        // DO and BENCHMARK swallow the server's error.
        CHECK((result.timed_out || sql.starts_with("DO")));
        CHECK(took_its_200_ms(result));
        CHECK(ends_soon("/* one */"));
    }
}

TEST_CASE("db: the message names the server and the time") {
    const Configured configured;

    const auto result = attempt_within(200ms, [] { (void)db::query("SELECT SLEEP(5)"); });

    CHECK(result.message.starts_with("db " + real_servers().db.address + ": timed out after "));
    CHECK(result.message.ends_with(" ms"));
}

TEST_CASE("db: a connection that saw a timeout is not used again") {
    const Configured configured;
    const Value before = value_of("SELECT CONNECTION_ID()");

    const auto result = attempt_within(200ms, [] { (void)db::query("SELECT SLEEP(5)"); });

    CHECK(result.timed_out);
    CHECK(value_of("SELECT CONNECTION_ID()") != before);
}

TEST_CASE("db: a server that never answers, or never takes the connection, costs the limit") {
    const Peer silent(say_nothing);
    const FullPort full;

    for (const std::string& address : {silent.address(), full.address()}) {
        const Configured configured(db_at(address));
        const auto result = attempt_within(200ms, [] { (void)db::query("SELECT 1"); });

        CHECK(result.timed_out);
        CHECK(took_its_200_ms(result));
    }
}

TEST_CASE("db: a server that drips costs the limit, and no more") {
    Proxy proxy(real_servers().db.address);
    const Configured configured(db_at(proxy.address()));
    const auto select = [] { (void)db::query("SELECT REPEAT('x', 400)"); };

    proxy.set(Proxy::Mode::drip);
    const auto of_handshake = attempt_within(200ms, select);
    proxy.set(Proxy::Mode::pass);
    select();
    proxy.set(Proxy::Mode::drip);
    const auto of_result = attempt_within(200ms, select);

    CHECK(of_handshake.timed_out);
    CHECK(took_its_200_ms(of_handshake));
    CHECK(of_result.timed_out);
    CHECK(took_its_200_ms(of_result));
}

TEST_CASE("db: the backend's own limits are no timeouts of the caller") {
    const Peer silent(say_nothing);
    BackendOptions options = real_servers();
    options.db.timeout = 200ms;
    {
        const Configured configured(options);
        const auto statement = attempt([] { (void)db::query("SELECT SLEEP(5)"); });
        CHECK(statement.kind == Kind::timed_out);
        CHECK(took_its_200_ms(statement));
    }
    options = db_at(silent.address());
    options.db.connect_timeout = 200ms;
    const Configured configured(options);

    const auto login = attempt([] { (void)db::query("SELECT 1"); });

    CHECK(login.kind == Kind::timed_out);
    CHECK(took_its_200_ms(login));
}

TEST_CASE("db: a statement that is given up before its time is cancelled on the server") {
    const Configured configured;
    CancelToken token;
    std::thread other([&] {
        CHECK(wait_until([] { return is_running("/* two */"); }));
        token.raise();
    });

    Attempt result;
    {
        const CancelScope scope(token);
        result = attempt([] { (void)db::query("SELECT SLEEP(20) /* two */"); });
    }
    other.join();

    CHECK(result.timed_out);
    CHECK(result.time < 10s);
    CHECK(ends_soon("/* two */"));
}

TEST_CASE("db: a cancellation that gets no answer delays nobody") {
    Proxy proxy(real_servers().db.address);
    const Configured configured(db_at(proxy.address()));
    (void)db::query("SELECT 1");
    proxy.set(Proxy::Mode::hold);
    CancelToken token;
    token.raise();
    std::thread other;

    // The token is raised while the statement runs: the wait for its answer is the first.
    Attempt result;
    {
        CancelToken later;
        const CancelScope scope(later);
        other = std::thread([&] {
            sleep_for(100ms);
            later.raise();
        });
        result = attempt([] { (void)db::query("SELECT 2"); });
        other.join();
    }

    CHECK(result.timed_out);
    CHECK(result.time < 1s);
}

TEST_CASE("db: after a timeout the next query gets its own answer, over a new connection") {
    Proxy proxy(real_servers().db.address);
    const Configured configured(db_at(proxy.address()));
    CHECK(value_of("SELECT 'before'") == Value("before"));
    proxy.set(Proxy::Mode::hold);

    const auto result = attempt_within(100ms, [] { (void)db::query("SELECT 'old'"); });
    proxy.set(Proxy::Mode::pass);

    CHECK(result.timed_out);
    for (int i = 0; i < 3; ++i) CHECK(value_of("SELECT 'new'") == Value("new"));
    CHECK(proxy.connections() == 2);
}

TEST_CASE("db: without time there is no call") {
    const Peer silent(say_nothing);
    const Configured configured(db_at(silent.address()));

    CHECK(attempt_within(0ms, [] { (void)db::query("SELECT 1"); }).timed_out);
    CHECK(silent.connections() == 0);
}

}  // namespace curfew::tests
