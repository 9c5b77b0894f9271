#include "tests/worker/clients/test_worker.h"

#include <doctest/doctest.h>

#include <atomic>
#include <cerrno>
#include <latch>

using namespace curfew;
using namespace curfew::worker;
using namespace std::chrono_literals;

namespace {

constexpr std::string_view hello = "GET /hello HTTP/1.1\r\nHost: a\r\n\r\n";

/// A worker of which a test may make some limits short.
struct Impatient : TestWorker {
    Impatient() {
        router.get("/hello", [](const Request&) { return text("hello\n"); });
        router.post("/", [](const Request& request) { return text(std::string(request.body())); });
    }

    [[nodiscard]] bool gone() const { return connections->size() == 0; }

    /// What the client has got when the server has ended the connection.
    std::string all_that(const UniqueFd& client) {
        std::string got;
        CHECK(until([&] {
            got += take_available(client.get());
            return at_end(client);
        }));
        return plain(got);
    }
};

}  // namespace

TEST_CASE("a client that never says anything is let go without a word") {
    Impatient worker;
    worker.options.header_timeout = 20ms;
    const auto client = worker.connect();
    CHECK(worker.all_that(client).empty());
    CHECK(worker.gone());
}

TEST_CASE("a head that comes too slowly is 408") {
    Impatient worker;
    worker.options.header_timeout = 20ms;
    const auto client = worker.connect();
    send_all(client, "GET /hello HTTP/1.1\r\n");
    const auto got = worker.all_that(client);
    CHECK(got.starts_with("HTTP/1.1 408 "));
    CHECK(got.find("\r\nConnection: close\r\n") != std::string::npos);
}

TEST_CASE("the second request's head has its limit too") {
    Impatient worker;
    worker.options.header_timeout = 20ms;
    const auto client = worker.connect();
    send_all(client, std::string(hello) + "GET /hel");
    const auto got = worker.all_that(client);
    const auto first = answer("200 OK", "hello\n");
    CHECK(got.starts_with(first + "HTTP/1.1 408 "));
}

TEST_CASE("a kept connection that stays idle is let go without a word") {
    Impatient worker;
    worker.options.keepalive = 20ms;
    const auto client = worker.connect();
    send_all(client, hello);
    CHECK(worker.all_that(client) == answer("200 OK", "hello\n"));
    CHECK(worker.gone());
}

TEST_CASE("a body that does not come is 408") {
    Impatient worker;
    worker.options.body_timeout = 20ms;
    const auto client = worker.connect();
    send_all(client, "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\nabc");
    // The first window had three bytes; 500 a second would have been ten.
    CHECK(worker.all_that(client).starts_with("HTTP/1.1 408 "));
}

TEST_CASE("a body that keeps pace may take longer than the limit") {
    Impatient worker;
    worker.options.body_timeout = 20ms;
    worker.options.body_min_rate = 1;
    const auto client = worker.connect();
    const auto began = Deadline::Clock::now();
    send_all(client, "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 100000\r\n\r\n");
    std::size_t sent = 0;
    std::string got;
    CHECK(worker.until([&] {
        // A piece each millisecond, until it has taken five times the limit.
        const bool slow = Deadline::Clock::now() - began < 100ms;
        const std::string piece(slow ? 10 : 100'000 - sent, 'x');
        if (sent < 100'000) send_all(client, piece);
        sent += sent < 100'000 ? piece.size() : 0;
        got += take_available(client.get());
        return got.size() > 100'000 || got.find("408") != std::string::npos;
    }));
    CHECK(got.starts_with("HTTP/1.1 200 "));
}

TEST_CASE("a client that does not take its answer is reset") {
    Impatient worker;
    worker.options.write_timeout = 20ms;
    worker.router.get("/large", [](const Request&) { return text(std::string(50'000'000, 'x')); });
    const auto client = worker.connect(make_tcp_pair());
    send_all(client, "GET /large HTTP/1.1\r\nHost: a\r\n\r\n");

    CHECK(worker.until([&] { return worker.gone(); }));

    char part[65536];
    ssize_t count = 0;
    while ((count = ::recv(client.get(), part, sizeof part, 0)) > 0) {
    }
    CHECK(count == -1);
    CHECK(errno == ECONNRESET);
    CHECK(worker.phase(0) == Phase::idle);
}

TEST_CASE("a client that goes on after its last answer is let go after a second") {
    Impatient worker;
    const auto client = worker.connect();
    send_all(client, "nonsense\r\n\r\n");
    const auto began = Deadline::Clock::now();
    CHECK(worker.until([&] { return worker.gone(); }));
    CHECK(Deadline::Clock::now() - began >= 900ms);
}

TEST_CASE("on threads, requests of two clients run at the same time and answers do not mix") {
    Impatient worker;
    worker.pool = std::make_unique<ThreadPool>(worker.loop, 2);
    std::latch both(2);
    worker.router.get("/:name", [&](const Request& request) {
        both.arrive_and_wait();
        return text(request.param("name"));
    });
    const auto first = worker.connect();
    const auto second = worker.connect();

    send_all(first, "GET /first HTTP/1.1\r\nHost: a\r\n\r\n");
    send_all(second, "GET /second HTTP/1.1\r\nHost: a\r\n\r\n");

    CHECK(worker.until([&] { return worker.served == 2; }));
    CHECK(plain(take_available(first.get())) == answer("200 OK", "first"));
    CHECK(plain(take_available(second.get())) == answer("200 OK", "second"));
}

TEST_CASE("on threads, pipelined requests are answered in order") {
    Impatient worker;
    worker.pool = std::make_unique<ThreadPool>(worker.loop, 4);
    worker.router.get("/n/:n", [](const Request& request) { return text(request.param("n")); });
    const auto client = worker.connect();
    std::string all;
    std::string expected;
    for (int n = 0; n < 200; ++n) {
        all += "GET /n/" + std::to_string(n) + " HTTP/1.1\r\nHost: a\r\n\r\n";
        expected += answer("200 OK", std::to_string(n));
    }

    send_all(client, all);

    CHECK(worker.until([&] { return worker.served == 200; }));
    CHECK(plain(take_available(client.get())) == expected);
}

TEST_CASE("a client's limits do not run while a thread makes the next piece for it") {
    Impatient worker;
    worker.options.write_timeout = 20ms;
    worker.pool = std::make_unique<ThreadPool>(worker.loop, 1);
    std::atomic<bool> second_begun{false};
    std::latch go_on(1);
    worker.router.get("/stream", [&](const Request&) {
        return stream("a/b", [&, n = 0]() mutable -> std::optional<std::string> {
            if (n == 2) return std::nullopt;
            if (n++ == 0) return std::string(3'000'000, 'x');  // makes the server wait once
            second_begun = true;
            go_on.wait();
            return "y";
        });
    });
    const auto client = worker.connect();
    send_all(client, "GET /stream HTTP/1.1\r\nHost: a\r\n\r\n");
    std::string got;
    const auto take = [&] { got += take_available(client.get()); };
    REQUIRE(worker.until([&] {
        take();
        return second_begun.load();
    }));

    const auto later = Deadline::in(100ms);
    CHECK(worker.until([&] { return later.passed(); }));
    CHECK_FALSE(worker.gone());
    go_on.count_down();

    CHECK(worker.until([&] {
        take();
        return got.ends_with("\r\n1\r\ny\r\n0\r\n\r\n");
    }));
}
