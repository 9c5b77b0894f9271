#include "handlers/backends/backend_call.h"
#include "handlers/backends/configure.h"
#include "handlers/backends/db_limit.h"
#include "handlers/backends/places.h"
#include "handlers/backends/pool.h"
#include "handlers/backends/upstream.h"

#include <doctest/doctest.h>
#include <sys/wait.h>

#include <atomic>
#include <functional>
#include <memory>
#include <mutex>
#include <stdexcept>
#include <thread>
#include <vector>

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
        const ContextScope scope(Deadline::in(1s));
        const BackendCall call(Stage::http, "x", 5s);
        CHECK(call.remaining() <= 1s);
        CHECK_THROWS_AS(call.time_out(), TimeoutError);
    }
    const ContextScope scope(Deadline::in(5s));
    const BackendCall call(Stage::http, "x", 1s);
    CHECK(call.remaining() <= 1s);
    CHECK_THROWS_AS(call.time_out(), BackendError);
}

TEST_CASE("a limit for each operation is the caller's as well") {
    call_context().per_operation = 100ms;
    {
        const BackendCall call(Stage::http, "x", 5s);
        CHECK(call.remaining() <= 100ms);
        CHECK_THROWS_AS(call.time_out(), TimeoutError);
    }
    call_context().per_operation = Duration::max();
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

TEST_CASE("a child process does not wait for locks that its parent held") {
    const auto child_of = [](const std::function<void()>& action) {
        const pid_t child = ::fork();
        if (child == 0) {
            ::alarm(10);
            action();
            ::_exit(0);
        }
        int status = -1;
        ::waitpid(child, &status, 0);
        return status;
    };
    /// Moved by a pool while it is locked.
    struct Handle {
        std::function<void()> moved;
        Handle() = default;
        Handle(Handle&& other) noexcept : moved(std::move(other.moved)) {
            if (moved) moved();
        }
        Handle& operator=(Handle&& other) noexcept {
            moved = std::move(other.moved);
            return *this;
        }
    };
    Pool<Handle> pool;
    int status = -1;
    Handle handle;
    pool.put("a", std::move(handle), 1);
    handle.moved = [&] { status = child_of([&] { pool.put("b", {}, 1); }); };
    pool.put("a", std::move(handle), 1);
    CHECK(status == 0);

    PerProcess<std::mutex> mutex;
    const std::lock_guard lock(mutex.get());
    CHECK(child_of([&] { mutex.get().lock(); }) == 0);
}

TEST_CASE("who finds all places taken waits for one, within the limit of the call") {
    Places places("db_connections");
    const BackendCall call(Stage::db, "db x", 20s);
    auto held = places.take(1, call);
    {
        const BackendCall brief(Stage::db, "db x", 50ms);
        CHECK_THROWS_WITH_AS(static_cast<void>(places.take(1, brief)),
                             doctest::Contains("all 1 connections (db_connections) were busy"),
                             BackendError);
    }
    {
        const ContextScope scope(Deadline::in(50ms));
        const BackendCall of_caller(Stage::db, "db x", 20s);
        CHECK_THROWS_AS(static_cast<void>(places.take(1, of_caller)), TimeoutError);
    }
    std::thread waits([&] {
        const BackendCall own(Stage::db, "db x", 20s);
        const auto place = places.take(1, own);
    });

    held = {};

    waits.join();
    const BackendCall brief(Stage::db, "db x", 1s);
    const auto again = places.take(1, brief);
    CHECK_NOTHROW(static_cast<void>(places.take(0, brief)));  // any number
}

TEST_CASE("no place is lost, and none given twice, when those who wait give up at any moment") {
    Places places("db_connections");
    std::atomic<int> inside{0};
    std::atomic<bool> too_many{false};
    std::atomic<int> gave_up{0};
    std::vector<std::thread> threads;
    for (int i = 0; i < 8; ++i) {
        threads.emplace_back([&] {
            for (int turn = 0; turn < 100; ++turn) {
                try {
                    const BackendCall call(Stage::db, "db x", 100us * (1 + turn % 10));
                    const auto place = places.take(2, call);
                    if (inside.fetch_add(1) >= 2) too_many = true;
                    std::this_thread::sleep_for(
                        1ms);  // of three that wait, one cannot have it in time
                    inside.fetch_sub(1);
                } catch (const BackendError&) {
                    ++gave_up;
                }
            }
        });
    }
    for (auto& thread : threads) thread.join();

    CHECK_FALSE(too_many);
    CHECK(gave_up > 0);
    const BackendCall call(Stage::db, "db x", 1s);
    const auto one = places.take(2, call);
    const auto two = places.take(2, call);
    CHECK_THROWS_AS(static_cast<void>(places.take(2, call)), BackendError);
}

TEST_CASE("a child process has places of its own") {
    Places places("db_connections");
    const BackendCall call(Stage::db, "db x", 20s);
    auto held = places.take(1, call);

    const pid_t child = ::fork();
    if (child == 0) {
        try {
            const BackendCall brief(Stage::db, "db x", 5s);
            auto own = places.take(1, brief);
            held = {};  // its parent's
            own = {};
            own = places.take(1, brief);
            ::_exit(0);
        } catch (const std::exception&) {
            ::_exit(1);
        }
    }
    int status = -1;
    ::waitpid(child, &status, 0);

    CHECK(status == 0);
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
