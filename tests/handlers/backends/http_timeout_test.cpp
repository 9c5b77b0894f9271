#include "handlers/backends/http.h"
#include "tests/handlers/backends/attempt.h"
#include "tests/support/http_server.h"
#include "tests/support/peer.h"
#include "tests/support/servers.h"

#include <doctest/doctest.h>

#include <thread>

namespace curfew::tests {

using namespace std::chrono_literals;
using Kind = BackendError::Kind;

namespace {

Attempt get_within(Duration limit, const std::string& address) {
    return attempt_within(limit, [&] { (void)http::get("http://" + address + "/"); });
}

}  // namespace

TEST_CASE("http: a server that never answers, or never takes the connection, costs the limit") {
    const Peer silent(say_nothing);
    const FullPort full;

    for (const std::string& address : {silent.address(), full.address()}) {
        const auto result = get_within(200ms, address);

        CHECK(result.timed_out);
        CHECK(result.message.starts_with("http " + address + ": timed out after 2"));
        CHECK(took_its_200_ms(result));
    }
}

TEST_CASE("http: a server that drips costs the limit, and no more") {
    const Peer head(drip(response("x", "200 OK", "X-A: " + std::string(400, 'x') + "\r\n"), 20ms));
    const Peer body([](int connection) {
        (void)receive(connection);
        send_all(connection, "HTTP/1.1 200 OK\r\nContent-Length: 400\r\n\r\n");
        for (int i = 0; i < 400 && !ends_within(connection, 20ms); ++i) send_all(connection, "x");
    });

    for (const std::string& address : {head.address(), body.address()}) {
        const auto result = get_within(200ms, address);

        CAPTURE(result.message);
        CHECK(result.timed_out);
        CHECK(took_its_200_ms(result));
    }
}

TEST_CASE("http: without time there is no call") {
    const Peer server(http_talk(echo));

    const auto result = get_within(0ms, server.address());

    CHECK(result.timed_out);
    CHECK(server.connections() == 0);
}

TEST_CASE("http: the backend's own limit is no timeout of the caller") {
    BackendOptions options = real_servers();
    options.http.timeout = 200ms;
    const Configured configured(options);
    const Peer silent(say_nothing);

    const auto result = get_within(1min, silent.address());

    CHECK(result.kind == Kind::timed_out);
    CHECK(took_its_200_ms(result));
}

TEST_CASE("http: a connection has a limit of its own") {
    BackendOptions options = real_servers();
    options.http.connect_timeout = 200ms;
    const Configured configured(options);
    const FullPort full;

    const auto result = get_within(1min, full.address());

    CHECK(result.kind == Kind::timed_out);
    CHECK(result.message.starts_with("http " + full.address() + ": no connection after "));
    CHECK(took_its_200_ms(result));
}

TEST_CASE("http: a cancel token ends a call at once") {
    const Peer silent(say_nothing);
    CancelToken token;
    const CancelScope scope(token);
    std::thread other([&] {
        while (silent.connections() == 0) std::this_thread::yield();
        token.raise();
    });

    const auto result = attempt([&] { (void)http::get("http://" + silent.address() + "/"); });
    other.join();

    CHECK(result.timed_out);
    CHECK(result.time < 5s);
}

TEST_CASE("http: after a timeout the next request gets its own answer, over a new connection") {
    std::atomic<bool> slow = false;
    const Peer server([&slow](int connection) {
        http_talk([&](const std::string& request) {
            const bool wait = slow && request.starts_with("GET /slow");
            if (wait) (void)ends_within(connection, 300ms);
            return response(request.substr(4, request.find(' ', 4) - 4));
        })(connection);
    });
    const std::string url = "http://" + server.address();
    CHECK(http::get(url + "/before").body == "/before");
    slow = true;

    const auto result = attempt_within(100ms, [&] { (void)http::get(url + "/slow"); });
    const auto next = http::get(url + "/next");

    CHECK(result.timed_out);
    CHECK(next.body == "/next");
    CHECK(server.connections() == 2);
    CHECK(http::get(url + "/again").body == "/again");
    CHECK(server.connections() == 2);
}

}  // namespace curfew::tests
