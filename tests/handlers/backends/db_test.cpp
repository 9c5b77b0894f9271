#include "handlers/backends/db.h"
#include "tests/handlers/backends/attempt.h"
#include "tests/support/proxy.h"
#include "tests/support/servers.h"
#include "tests/support/wait_until.h"

#include <doctest/doctest.h>

#include <limits>

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

/// The only value of the only row.
Value value_of(const std::string& sql, const db::Values& parameters = {}) {
    return db::query(sql, parameters).rows.at(0).at(0);
}

unsigned error_of(const std::string& sql) {
    try {
        (void)db::query(sql);
    } catch (const db::Error& error) {
        return error.code();
    }
    return 0;
}

}  // namespace

TEST_CASE("db: a query answers with its columns and rows") {
    const Configured configured;

    const auto result = db::query(
        "SELECT id, name, discovered, radius_km FROM planets WHERE id > ? ORDER BY id", {5});

    CHECK(result.columns == std::vector<std::string>{"id", "name", "discovered", "radius_km"});
    REQUIRE(result.rows.size() == 3);
    CHECK(result.rows[0] == db::Values{6, "Saturn", nullptr, 58232.0});
    CHECK(result.rows[1] == db::Values{7, "Uranus", "1781-03-13", 25362.0});
    CHECK(db::query("SELECT 1 FROM planets WHERE id = 99").rows.empty());
}

TEST_CASE("db: parameters come back as the values that they were") {
    const Configured configured;
    std::string large(5'000'000, '\0');
    for (std::size_t i = 0; i < large.size(); ++i) large[i] = static_cast<char>(i * 7);

    for (const Value& value :
         {Value(0), Value(-1), Value(std::numeric_limits<std::int64_t>::max()),
          Value(std::numeric_limits<std::int64_t>::min()), Value(0.1), Value(-1e300)}) {
        CHECK(value_of("SELECT ?", {value}) == value);
    }
    CHECK(value_of("SELECT ?", {nullptr}) == Value(nullptr));
    CHECK(value_of("SELECT ?", {"' OR 1=1 -- "}) == Value("' OR 1=1 -- "));
    CHECK(value_of("SELECT ?", {"größe 🪐"}) == Value("größe 🪐"));
    CHECK(value_of("SELECT ?", {""}) == Value(""));
    CHECK(value_of("SELECT CAST(? AS BINARY)", {std::string("a\0\xff", 3)}) ==
          Value(std::string("a\0\xff", 3)));
    CHECK(value_of("SELECT CAST(? AS BINARY)", {large}) == Value(large));
}

TEST_CASE("db: every type of a column becomes a number, or text that loses nothing") {
    const Configured configured;

    const auto row = db::query(
                         "SELECT CAST(200 AS UNSIGNED), CAST(18446744073709551615 AS UNSIGNED), "
                         "0.10, 1e0, DATE '2020-02-29', TIMESTAMP '2020-02-29 01:02:03.5', "
                         "TIME '-12:00:00', b'101', JSON_ARRAY(1), NULL, TRUE")
                         .rows.at(0);

    CHECK(row == db::Values{200, "18446744073709551615", "0.10", 1.0, "2020-02-29",
                            "2020-02-29 01:02:03.5", "-12:00:00", std::string(1, '\5'), "[1]",
                            nullptr, 1});
}

TEST_CASE("db: a statement that changes rows says how many, and which id it gave") {
    const Configured configured;
    (void)db::query("CREATE OR REPLACE TABLE things (id INT AUTO_INCREMENT PRIMARY KEY, n INT)");

    const auto inserted = db::query("INSERT INTO things (n) VALUES (?), (?), (?)", {1, 2, 3});
    const auto updated = db::query("UPDATE things SET n = n + 1 WHERE n >= ?", {2});

    CHECK(inserted.affected == 3);
    CHECK(inserted.last_insert == 1);
    CHECK(updated.affected == 2);
    CHECK(updated.columns.empty());
}

TEST_CASE("db: a procedure's first result is the answer, and the connection stays of use") {
    const Configured configured;
    (void)db::query("CREATE OR REPLACE PROCEDURE twice() BEGIN SELECT 1; SELECT 2; END");
    const Value before = value_of("SELECT CONNECTION_ID()");

    CHECK(value_of("CALL twice()") == Value(1));
    CHECK(value_of("SELECT CONNECTION_ID()") == before);
}

TEST_CASE("db: what the server refuses is an Error with its number, and harms nothing") {
    const Configured configured;
    const Value before = value_of("SELECT CONNECTION_ID()");

    CHECK(error_of("SELEC 1") == 1064);
    CHECK(error_of("INSERT INTO planets SELECT * FROM planets") == 1062);
    CHECK(error_of("SELECT 1; SELECT 2") == 1064);
    CHECK_THROWS_AS((void)db::query("SELECT ?"), std::invalid_argument);
    CHECK_THROWS_AS((void)db::query("SELECT 1", {2}), std::invalid_argument);
    CHECK(value_of("SELECT CONNECTION_ID()") == before);
}

TEST_CASE("db: connections are kept, unless the pool is off") {
    const Proxy proxy(real_servers().db.address);
    BackendOptions options = db_at(proxy.address());
    {
        const Configured configured(options);
        const Value first = value_of("SELECT CONNECTION_ID()");
        for (int i = 0; i < 5; ++i) CHECK(value_of("SELECT CONNECTION_ID()") == first);
        CHECK(proxy.connections() == 1);
    }
    options.db.pool = 0;
    const Configured configured(options);

    (void)db::query("SELECT 1");  // over the one that is there still
    (void)db::query("SELECT 1");

    CHECK(proxy.connections() == 2);
}

TEST_CASE("db: a connection that the server has ended meanwhile is replaced") {
    const Configured configured;
    db::Transaction other;
    const Value idle = value_of("SELECT CONNECTION_ID()");
    REQUIRE(value_of("SELECT CONNECTION_ID()") == idle);

    (void)other.query("KILL " + db::to_text(idle));
    REQUIRE(wait_until([&] {
        const std::string sql = "SELECT 1 FROM information_schema.processlist WHERE id = ?";
        return other.query(sql, {idle}).rows.empty();
    }));

    CHECK(value_of("SELECT CONNECTION_ID()") != idle);
}

TEST_CASE("db: an open transaction is nothing for the next caller") {
    const Configured configured;
    (void)db::query("START TRANSACTION");

    CHECK(value_of("SELECT @@in_transaction") == Value(0));
    (void)db::query("SET autocommit = 0");
    CHECK(value_of("SELECT @@autocommit") == Value(1));
}

TEST_CASE("db: failures have a kind, and name the server but not the password") {
    const ClosedPort closed;
    const Peer nonsense([](int connection) {
        send_all(connection, "HTTP/1.1 400 Bad Request\r\n\r\n");
        say_nothing(connection);
    });
    const auto failure = [](const BackendOptions& options) {
        const Configured configured(options);
        return attempt([] { (void)db::query("SELECT 1"); });
    };
    BackendOptions wrong = real_servers();
    wrong.db.user = "nobody";
    wrong.db.password = "secret";

    const auto refused = failure(db_at(closed.address()));
    const auto no_socket = failure(db_at("unix:/nonexistent"));
    const auto stranger = failure(wrong);
    const auto confused = failure(db_at(nonsense.address()));

    CHECK(refused.kind == Kind::refused);
    CHECK(refused.message == "db " + closed.address() + ": no connection");
    CHECK(no_socket.kind == Kind::refused);
    CHECK(stranger.kind == Kind::refused);
    CHECK(stranger.message == "db " + wrong.db.address + ": no login (error 1045)");
    CHECK(confused.kind == Kind::protocol);
}

TEST_CASE("db: values can be written out") {
    CHECK(db::to_text(nullptr) == "NULL");
    CHECK(db::to_text(-12) == "-12");
    CHECK(db::to_text(0.1) == "0.1");
    CHECK(db::to_text("text") == "text");
}

}  // namespace curfew::tests
