#include "worker/dispatcher.h"

#include "handlers/error.h"
#include "handlers/timeouts/waiting.h"

#include <doctest/doctest.h>

#include <stdexcept>

using namespace curfew;
using namespace curfew::worker;
using namespace std::chrono_literals;

namespace {

/// A dispatcher for one route, GET /.
struct OneRoute {
    explicit OneRoute(Handler handler) : route(router.get("/", std::move(handler))) {}

    Response run() {
        RequestParts parts;
        parts.method = "GET";
        parts.path = parts.target = "/";
        parts.id = "the-id";
        parts.deadline = dispatcher().deadline(route, Deadline::Clock::now());
        return dispatcher().run(route, Request(parts));
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
    CHECK(patience().deadline.is_never());
}

TEST_CASE("the deadline is the sooner of the route's limit and harakiri") {
    OneRoute one([](const Request&) { return text(""); });
    const auto start = Deadline::Clock::now();
    const auto dispatcher = one.dispatcher();

    CHECK(dispatcher.deadline(one.route, start) == Deadline::after(start, one.options.timeout));
    one.route.harakiri(2s);
    CHECK(dispatcher.deadline(one.route, start) == Deadline::after(start, 2s));
    one.route.within(1s);
    CHECK(dispatcher.deadline(one.route, start) == Deadline::after(start, 1s));
    CHECK(dispatcher.harakiri(one.route, start) == Deadline::after(start, 2s));
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
