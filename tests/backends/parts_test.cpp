#include "handlers/backends/backend_call.h"
#include "handlers/backends/configure.h"
#include "handlers/backends/db_limit.h"
#include "handlers/backends/pool.h"
#include "handlers/backends/upstream.h"

#include <doctest/doctest.h>
#include <sys/wait.h>

#include <memory>
#include <stdexcept>

namespace curfew::tests {

using namespace std::chrono_literals;

TEST_CASE("an upstream is a host and a port, or a path") {
    CHECK(parse_upstream("a.example:80").host == "a.example");
    CHECK(parse_upstream("a.example:80").port == 80);
    CHECK(parse_upstream("[::1]:65535").host == "::1");
    CHECK(parse_upstream("[::1]:65535").port == 65535);
    CHECK(parse_upstream("unix:/run/a:b").path == "/run/a:b");
    for (const auto* text :
         {"", "a", ":80", "a:", "a:0", "a:65536", "a:8x", "a:-1", "::1:80", "unix:"}) {
        CAPTURE(text);
        CHECK_THROWS_AS((void)parse_upstream(text), std::invalid_argument);
    }
}

TEST_CASE("MariaDB limits every statement, MySQL only a SELECT") {
    using db::Server;
    using db::with_limit;

    CHECK(with_limit("DO 1", 1'250ms, Server::mariadb).sql ==
          "SET STATEMENT max_statement_time=1.250 FOR DO 1");
    CHECK(with_limit("DO 1", 1us, Server::mariadb).sql ==
          "SET STATEMENT max_statement_time=0.001 FOR DO 1");
    CHECK(with_limit("DO 1", Duration::max(), Server::mariadb).is_limited);
    CHECK(with_limit("\n select 1", 250ms, Server::mysql).sql ==
          "SELECT /*+ MAX_EXECUTION_TIME(250) */ 1");
    CHECK(with_limit("SELECT 1", 250ms, Server::mysql).is_limited);
    for (const auto* sql : {"DO 1", "", "  ", "SELEC", "-- SELECT"}) {
        CHECK(with_limit(sql, 250ms, Server::mysql).sql == sql);
        CHECK(!with_limit(sql, 250ms, Server::mysql).is_limited);
    }
}

TEST_CASE("the server's limit is somewhat sooner than the caller's") {
    CHECK(db::limit_within(10s) == 10s - 5ms);
    CHECK(db::limit_within(20ms) == 18ms);
}

TEST_CASE("whole milliseconds are never sooner, and never zero") {
    CHECK(whole_milliseconds(1ms) == 1);
    CHECK(whole_milliseconds(1'000'001ns) == 2);
    CHECK(whole_milliseconds(0ms) == 1);
    CHECK(whole_milliseconds(Duration::max()) == 2147483647);
}

TEST_CASE("a call ends by the sooner of the caller's time and its own") {
    {
        const PatienceScope scope(Deadline::in(1s));
        const BackendCall call("x", 5s);
        CHECK(call.remaining() <= 1s);
        CHECK_THROWS_AS(call.time_out(), TimeoutError);
    }
    const PatienceScope scope(Deadline::in(5s));
    const BackendCall call("x", 1s);
    CHECK(call.remaining() <= 1s);
    CHECK_THROWS_AS(call.time_out(), BackendError);
}

TEST_CASE("a limit for each operation is the caller's as well") {
    patience().per_operation = 100ms;
    {
        const BackendCall call("x", 5s);
        CHECK(call.remaining() <= 100ms);
        CHECK_THROWS_AS(call.time_out(), TimeoutError);
    }
    patience().per_operation = Duration::max();
}

TEST_CASE("a pool gives the last one for a key, and lets the oldest go") {
    Pool<std::unique_ptr<int>> pool;
    pool.put("a", std::make_unique<int>(1), 3);
    pool.put("a", std::make_unique<int>(2), 3);
    pool.put("b", std::make_unique<int>(3), 3);
    pool.put("b", std::make_unique<int>(4), 3);

    CHECK(*pool.take("a") == 2);
    CHECK(!pool.take("a"));
    CHECK(*pool.take("b") == 4);
    CHECK(*pool.take("b") == 3);
    pool.put("a", std::make_unique<int>(5), 0);
    CHECK(!pool.take("a"));
}

TEST_CASE("in a child process the pool is empty") {
    Pool<std::unique_ptr<int>> pool;
    pool.put("a", std::make_unique<int>(1), 3);

    const pid_t child = ::fork();
    if (child == 0) ::_exit(pool.take("a") ? 1 : 0);
    int status = -1;
    ::waitpid(child, &status, 0);

    CHECK(status == 0);
    CHECK(pool.take("a"));
}

TEST_CASE("the password may be the first line of a file") {
    const std::string path = "/tmp/curfew-password-" + std::to_string(::getpid());
    FILE* const file = ::fopen(path.c_str(), "w");
    REQUIRE(file != nullptr);
    std::fputs("s3cret\nsomething else\n", file);
    std::fclose(file);
    BackendOptions options;
    options.db.password_file = path;

    configure_backends(options);
    CHECK(backend_options().db.password == "s3cret");
    ::unlink(path.c_str());
    CHECK_THROWS_AS(configure_backends(options), std::system_error);
    configure_backends({});
}

}  // namespace curfew::tests
