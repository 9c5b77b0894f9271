#include "worker/app/dispatcher.h"

#include "handlers/base/error.h"
#include "handlers/context/call_context.h"

#include <doctest/doctest.h>

#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

using namespace curfew;
using namespace curfew::worker;
using namespace std::chrono_literals;

namespace {

/// A dispatcher for one route, GET /.
struct OneRoute {
    explicit OneRoute(Handler handler) : route(router.get("/", std::move(handler))) {}

    Response run(std::vector<Field> fields = {}) {
        RequestParts parts;
        parts.method = "GET";
        parts.path = parts.target = "/";
        parts.id = "the-id";
        parts.fields = std::move(fields);
        const auto now = Deadline::Clock::now();
        parts.limit = parts.deadline = dispatcher().limit(route, parts, now, now);
        return dispatcher().run(route, Request(parts), now);
    }
    [[nodiscard]] Dispatcher dispatcher() const { return {router, options}; }

    Options options;
    Router router;
    Route& route;
};

std::string body_of(const Response& response) { return std::get<std::string>(response.body()); }

}  // namespace

TEST_CASE("a route's own limit ends the waits of its handler, which is answered 504") {
    OneRoute one([](const Request&) {
        sleep_for(20s);
        return text("late");
    });
    one.route.within(50ms);
    const auto start = Deadline::Clock::now();

    const auto response = one.run();

    CHECK(response.status() == 504);
    CHECK(Deadline::Clock::now() - start < 10s);
    CHECK(call_context().deadline.is_never());
}

TEST_CASE("harakiri is the route's, or else the server's") {
    OneRoute one([](const Request&) { return text(""); });
    const auto start = Deadline::Clock::now();

    CHECK(one.dispatcher().harakiri(one.route, start) ==
          Deadline::after(start, one.options.timeout));
    one.route.harakiri(2s);
    CHECK(one.dispatcher().harakiri(one.route, start) == Deadline::after(start, 2s));
}

TEST_CASE("the limit is the sooner of the route's, from the start, and the client's, from before") {
    OneRoute one([](const Request&) { return text(""); });
    const auto received = Deadline::Clock::now();
    const auto start = received + 1s;
    RequestParts parts;
    const auto limit = [&] { return one.dispatcher().limit(one.route, parts, received, start); };

    CHECK(limit().is_never());
    one.route.within(5s);
    CHECK(limit() == Deadline::after(start, 5s));
    parts.fields = {{"Request-Timeout", "7"}};
    CHECK(limit() == Deadline::after(start, 5s));
    parts.fields = {{"Request-Timeout", "2"}};
    CHECK(limit() == Deadline::after(received, 2s));
    one.options.timeout_header = "X-Budget";
    CHECK(limit() == Deadline::after(start, 5s));
}

TEST_CASE("the client's limit ends the waits of a handler that has none of its own") {
    OneRoute one([](const Request&) {
        sleep_for(20s);
        return text("late");
    });
    const auto start = Deadline::Clock::now();

    CHECK(one.run({{"Request-Timeout", "50ms"}}).status() == 504);

    CHECK(Deadline::Clock::now() - start < 10s);
}

TEST_CASE("a request whose time is up is answered 504, and its handler does not run") {
    bool ran = false;
    OneRoute one([&ran](const Request&) {
        ran = true;
        return text("");
    });

    CHECK(one.run({{"Request-Timeout", "0"}}).status() == 504);

    CHECK_FALSE(ran);
}

TEST_CASE("without a timeout nothing is ever overdue") {
    OneRoute one([](const Request&) { return text(""); });
    one.options.timeout = Duration::zero();

    CHECK(one.dispatcher().harakiri(one.route, Deadline::Clock::now()).is_never());
}

TEST_CASE("what a handler throws tells the client no more than the request's id") {
    OneRoute one([](const Request&) -> Response { throw std::runtime_error("the password"); });

    const auto response = one.run();

    CHECK(response.status() == 500);
    CHECK(body_of(response).find("the-id") != std::string::npos);
    CHECK(body_of(response).find("password") == std::string::npos);
}

TEST_CASE("an HttpError is answered as it says") {
    OneRoute one([](const Request&) -> Response { throw HttpError(418, "short and stout"); });

    const auto response = one.run();

    CHECK(response.status() == 418);
    CHECK(body_of(response).find("short and stout") != std::string::npos);
}
