#include "handlers/demo/experiment.h"
#include "handlers/demo/functions.h"
#include "handlers/demo/running.h"
#include "handlers/demo/timeout.h"

#include "handlers/base/unique_fd.h"
#include "tests/handlers/test_request.h"
#include "tests/support/wait_until.h"

#include <doctest/doctest.h>
#include <netinet/in.h>

#include <stdlib.h>
#include <sys/socket.h>

#include <string>
#include <string_view>

using namespace curfew;

namespace {

std::string body_of(const Response& response) { return std::get<std::string>(response.body()); }

bool contains(std::string_view text, std::string_view part) {
    return text.find(part) != std::string_view::npos;
}

/// The number after a name in JSON; -1 if the name is not there.
double number(const std::string& json, const std::string& name) {
    const auto at = json.find("\"" + name + "\": ");
    return at == std::string::npos ? -1 : std::stod(json.substr(at + name.size() + 4));
}

TestRequest asking_for(const std::string& strategy, const std::string& function,
                       std::string_view target = "/") {
    return TestRequest("GET", target).param("strategy", strategy).param("function", function);
}

/// What the refusal says; empty if it is not a 400.
std::string refusal(const TestRequest& request) {
    try {
        static_cast<void>(demo::timeout(request));
    } catch (const HttpError& error) {
        if (error.status() == 400) return error.what();
    }
    return {};
}

Duration limit_in(std::string_view target) {
    return demo::Experiment(asking_for("none", "sleep", target)).limit();
}

/// None of the calls that were ever made.
bool nothing_runs() {
    for (auto call = demo::new_call(); call > 0; --call) {
        if (!demo::what_runs(call).empty()) return false;
    }
    return true;
}

std::string asked_server() { return demo::Experiment(asking_for("none", "http")).server(); }

}  // namespace

TEST_CASE("a function that ends in time gives its value, under every strategy") {
    for (const auto* const by : strategies()) {
        CAPTURE(by->name());
        // The one needs helpers, the other that nobody else has left a thread.
        if (by->name() == "process" || by->name() == "fork") continue;

        const auto response =
            demo::timeout(asking_for(std::string(by->name()), "sleep", "/?limit=10&seconds=0.01"));

        const auto report = body_of(response);
        CAPTURE(report);
        CHECK(response.status() == 200);
        CHECK(contains(report, "\"strategy\": \"" + std::string(by->name()) + "\""));
        CHECK(contains(report, "\"outcome\": \"value\", \"value\": \"slept\""));
        CHECK(number(report, "limit_ms") == 10'000);
        CHECK(number(report, "elapsed_ms") >= 10);
        CHECK(number(report, "late_ms") == 0);
        CHECK(contains(report, "\"function\": null"));
    }
}

TEST_CASE("a function that is ended is reported with the status a handler would have answered") {
    const auto response =
        demo::timeout(asking_for("deadline", "cooperative", "/?limit=20ms&seconds=10"));

    const auto report = body_of(response);
    CAPTURE(report);
    CHECK(response.status() == 504);
    CHECK(contains(report, "\"outcome\": \"timeout\""));
    CHECK(contains(report, "\"message\": \"the time limit has passed"));
    CHECK(number(report, "elapsed_ms") >= 20);
    CHECK(number(report, "elapsed_ms") < 5000);
}

TEST_CASE("a function that nobody could end is reported with how late it came") {
    const auto report =
        body_of(demo::timeout(asking_for("deadline", "spin", "/?limit=20ms&seconds=0.2")));

    CAPTURE(report);
    CHECK(number(report, "elapsed_ms") >= 200);
    CHECK(number(report, "late_ms") >= 170);
}

TEST_CASE("a function that was left running is named with what its thread does") {
    const auto left_by = [](const char* function) {
        return body_of(demo::timeout(asking_for("thread", function, "/?limit=20ms&seconds=0.5")));
    };

    CHECK(contains(left_by("spin"), " computes\""));
    CHECK(tests::wait_until(nothing_runs));
}

TEST_CASE("what there is not is refused with what there is") {
    const auto strategy = refusal(asking_for("alarm2", "sleep"));
    for (const auto* const by : strategies()) CHECK(contains(strategy, by->name()));
    CHECK(contains(strategy, "unsafe_alarm, unsafe_cancel"));

    const auto function = refusal(asking_for("none", "nap"));
    for (const auto& each : demo::slow_functions()) CHECK(contains(function, each.name));
}

TEST_CASE("a limit is a duration, of a millisecond to ten seconds") {
    CHECK(limit_in("/") == 500ms);
    CHECK(limit_in("/?limit=250ms") == 250ms);
    CHECK(limit_in("/?limit=1.5s") == 1500ms);
    CHECK(limit_in("/?limit=0.25") == 250ms);
    CHECK(limit_in("/?limit=1ms") == 1ms);
    CHECK(limit_in("/?limit=10") == 10s);
    for (const auto* const limit : {"0", "0ms", "0.5ms", "11s", "10001ms", "-1", "", "ms", "s",
                                    "1m", "nan", "inf", "1 s", "1e9"}) {
        CAPTURE(limit);
        const auto target = std::string("/?limit=") + limit;
        CHECK(contains(refusal(asking_for("none", "sleep", target)), "is a number from"));
    }
}

TEST_CASE("the time a function takes is ten seconds at most") {
    for (const auto* const seconds : {"10.1", "-1", "", "1s", "nan"}) {
        CAPTURE(seconds);
        const auto target = std::string("/?seconds=") + seconds;
        CHECK(refusal(asking_for("none", "sleep", target)) ==
              "the time in seconds is a number from 0 to 10");
    }
}

TEST_CASE("http asks a port that this process listens on, or whom the environment names") {
    ::unsetenv("DEMO_HTTP");
    CHECK(asked_server().empty());
    CHECK(demo::timeout(asking_for("none", "http")).status() == 502);

    const UniqueFd listener{::socket(AF_INET, SOCK_STREAM, 0)};
    REQUIRE(::listen(listener.get(), 1) == 0);
    sockaddr_in address{};
    socklen_t size = sizeof address;
    ::getsockname(listener.get(), reinterpret_cast<sockaddr*>(&address), &size);
    CHECK(asked_server() == "http://127.0.0.1:" + std::to_string(ntohs(address.sin_port)));

    ::setenv("DEMO_HTTP", "http://127.0.0.1:5000", 1);
    CHECK(asked_server() == "http://127.0.0.1:5000");
    ::unsetenv("DEMO_HTTP");
}
