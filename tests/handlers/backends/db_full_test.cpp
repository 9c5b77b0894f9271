#include "handlers/backends/db.h"
#include "tests/handlers/backends/attempt.h"
#include "tests/support/peer.h"
#include "tests/support/proxy.h"
#include "tests/support/servers.h"
#include "tests/support/wait_until.h"

#include <doctest/doctest.h>

#include <string>
#include <string_view>
#include <thread>

namespace curfew::tests {

using namespace std::chrono_literals;
using Kind = BackendError::Kind;

namespace {

/// What a server with max_connections says to the next, in place of its greeting.
void too_many(int connection) {
    constexpr std::string_view packet("\x17\0\0\0\xff\x10\x04Too many connections", 27);
    send_all(connection, packet);
}

BackendOptions full_server(const std::string& address) {
    BackendOptions options = real_servers();
    options.db.address = address;
    options.db.connect_timeout = 300ms;
    return options;
}

/// Options for a user whom the server allows one connection at a time.
BackendOptions with_one_connection(const std::string& address) {
    BackendOptions options = real_servers();
    options.db.user = "root";
    options.db.password.clear();
    options.db.pool = 0;
    const Configured as_root(options);
    static_cast<void>(
        db::query("CREATE OR REPLACE USER lonely@127.0.0.1 WITH "
                  "MAX_USER_CONNECTIONS 1"));
    options.db.address = address;
    options.db.user = "lonely";
    options.db.database.clear();
    options.db.pool = 1;
    return options;
}

}  // namespace

TEST_CASE("db: a server without a free connection is asked again, until connect_timeout") {
    const Peer full(too_many);
    const Configured configured(full_server(full.address()));

    const auto result = attempt([] { (void)db::query("SELECT 1"); });

    CAPTURE(result.message);
    CHECK(result.kind == Kind::refused);
    CHECK(result.message.find("as many connections as it allows") != std::string::npos);
    CHECK(result.time >= 250ms);
    CHECK(full.connections() >= 3);
}

TEST_CASE("db: the caller's limit ends the wait for a free connection") {
    const Peer full(too_many);
    auto options = full_server(full.address());
    options.db.connect_timeout = 1min;
    const Configured configured(options);

    const auto result = attempt_within(200ms, [] { (void)db::query("SELECT 1"); });

    CHECK(result.timed_out);
    CHECK(took_its_200_ms(result));
}

TEST_CASE("db: a connection that is given back serves who the server had none for") {
    Proxy proxy(real_servers().db.address);
    auto options = with_one_connection(proxy.address());
    options.db.connect_timeout = 1min;
    const Configured configured(options);
    db::Transaction first;
    Attempt second{.message = "it has not ended"};
    std::thread waiting([&] { second = attempt([] { (void)db::query("SELECT 1"); }); });

    CHECK(wait_until([&] { return proxy.connections() >= 3; }));  // refused, and asked again
    first.commit();
    waiting.join();

    CHECK(second.message.empty());
}

}  // namespace curfew::tests
