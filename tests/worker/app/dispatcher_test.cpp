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

using Time = Deadline::Clock::time_point;

Response nothing(const Request&) { return text(""); }

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
        parts.limit = parts.deadline = limits(parts, now, now).strategy;
        return dispatcher().run(route, Request(parts), now);
    }
    [[nodiscard]] Dispatcher dispatcher() const { return {router, options}; }
    [[nodiscard]] Limits limits(const RequestParts& parts, Time received, Time start) const {
        return dispatcher().limits(route, parts, {.received = received, .start = start});
    }
    [[nodiscard]] Limits limits(Time start) const { return limits(RequestParts{}, start, start); }

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
    OneRoute one(nothing);
    const auto start = Deadline::Clock::now();

    CHECK(one.limits(start).harakiri == Deadline::after(start, one.options.timeout));
    one.route.harakiri(2s);
    CHECK(one.limits(start).harakiri == Deadline::after(start, 2s));
    CHECK(one.limits(start).killed_at() == Deadline::after(start, 2s));
}

TEST_CASE("harakiri is no later than what another worker has left of it") {
    OneRoute one(nothing);
    one.route.harakiri(2s);
    const auto start = Deadline::Clock::now();
    const auto harakiri = [&](Duration left) {
        const Timing timing{
            .received = start, .start = start, .budget = Deadline::after(start, left)};
        return one.dispatcher().limits(one.route, {}, timing).harakiri;
    };

    CHECK(harakiri(1s) == Deadline::after(start, 1s));
    CHECK(harakiri(3s) == Deadline::after(start, 2s));
}

TEST_CASE("harakiri can be extended up to the ceiling, and no limit is above itself") {
    OneRoute one(nothing);
    one.options.harakiri_ceiling = 5s;
    const auto start = Deadline::Clock::now();

    one.route.harakiri(2s);
    CHECK(one.limits(start).latest_harakiri == Deadline::after(start, 5s));
    one.route.harakiri(7s);
    CHECK(one.limits(start).latest_harakiri == Deadline::after(start, 7s));
}

TEST_CASE("a limit that is tried out kills nobody, and one that is off is none") {
    OneRoute one(nothing);
    one.options.cpu_limit = 1s;
    const auto start = Deadline::Clock::now();

    one.route.harakiri(2s).harakiri(Harakiri::log);
    CHECK(one.limits(start).mode == Harakiri::log);
    CHECK(one.limits(start).harakiri == Deadline::after(start, 2s));
    CHECK(one.limits(start).killed_at().is_never());
    CHECK(one.limits(start).cpu == 1s);

    one.route.harakiri(Harakiri::off);
    CHECK(one.limits(start).mode == Harakiri::off);
    CHECK(one.limits(start).harakiri.is_never());
    CHECK(one.limits(start).cpu == Duration::zero());
}

TEST_CASE("the CPU limit and the slow limit are the route's, or else the server's") {
    OneRoute one(nothing);
    one.options.cpu_limit = 3s;
    one.options.slow_request_limit = 4s;
    const auto start = Deadline::Clock::now();

    CHECK(one.limits(start).cpu == 3s);
    CHECK(one.limits(start).slow_at == Deadline::after(start, 4s));
    one.route.cpu_limit(1s).slow(2s);
    CHECK(one.limits(start).cpu == 1s);
    CHECK(one.limits(start).slow_at == Deadline::after(start, 2s));
    one.route.slow(0s);
    CHECK(one.limits(start).slow_at.is_never());
}

TEST_CASE("the limit is the sooner of the route's, from the start, and the client's, from before") {
    OneRoute one(nothing);
    const auto received = Deadline::Clock::now();
    const auto start = received + 1s;
    RequestParts parts;
    const auto limit = [&] { return one.limits(parts, received, start).strategy; };

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

TEST_CASE("a request ends by the soonest of its limits that end it") {
    OneRoute one(nothing);
    one.route.harakiri(2s);
    const auto start = Deadline::Clock::now();
    RequestParts parts;
    const auto soonest = [&] { return one.limits(parts, start, start).soonest(); };

    CHECK(soonest() == Deadline::after(start, 2s));
    parts.fields = {{"Request-Timeout", "1"}};
    CHECK(soonest() == Deadline::after(start, 1s));
    parts.fields = {{"Request-Timeout", "3"}};
    CHECK(soonest() == Deadline::after(start, 2s));
    one.route.harakiri(Harakiri::log);
    CHECK(soonest() == Deadline::after(start, 3s));
}

TEST_CASE("a piece of a stream has the limits of its route") {
    OneRoute one(nothing);
    one.route.harakiri(2s).cpu_limit(1s).within(500ms).slow(100ms);
    const auto start = Deadline::Clock::now();

    const auto limits = one.dispatcher().limits(one.route, start);

    CHECK(limits.mode == Harakiri::on);
    CHECK(limits.harakiri == Deadline::after(start, 2s));
    CHECK(limits.latest_harakiri == limits.harakiri);
    CHECK(limits.cpu == 1s);
    CHECK(limits.strategy == Deadline::after(start, 500ms));
    CHECK(limits.slow_at.is_never());
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
    OneRoute one(nothing);
    one.options.timeout = Duration::zero();

    CHECK(one.limits(Deadline::Clock::now()).harakiri.is_never());
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
