#include "handlers/demo/census.h"
#include "handlers/demo/disposable_child.h"
#include "handlers/demo/unsafe_timeout.h"
#include "handlers/demo/unsafe_trials.h"

#include "tests/handlers/test_request.h"

#include <doctest/doctest.h>

#include <unistd.h>

#include <csignal>
#include <string>

using namespace curfew;
using demo::DisposableChild;

namespace {

std::string body_of(const Response& response) { return std::get<std::string>(response.body()); }

int number(const std::string& json, const std::string& name) {
    const auto at = json.find("\"" + name + "\": ");
    return at == std::string::npos ? -1 : std::stoi(json.substr(at + name.size() + 4));
}

int children() { return demo::Census::take().children; }

TestRequest asking_for(const char* mechanism, const char* victim, std::string_view target = "/") {
    return TestRequest("GET", target).param("mechanism", mechanism).param("victim", victim);
}

int refused(const TestRequest& request) {
    try {
        static_cast<void>(demo::unsafe_trials(request));
        return 0;
    } catch (const HttpError& error) {
        return error.status();
    }
}

}  // namespace

TEST_CASE("a disposable child says what it has to say, and how it ended") {
    DisposableChild child([](int output) {
        const std::string text(100'000, 'x');  // more than a pipe holds
        return ::write(output, text.data(), text.size()) == 100'000 ? 42 : 1;
    });

    const auto end = child.wait(Deadline::in(10s));

    CHECK_FALSE(end.killed);
    CHECK(end.signal == 0);
    CHECK(end.status == 42);
    CHECK(end.output.size() == 100'000);
}

TEST_CASE("a disposable child may crash") {
    DisposableChild child([](int) -> int {
        ::raise(SIGKILL);
        return 0;
    });

    const auto end = child.wait(Deadline::in(10s));

    CHECK_FALSE(end.killed);
    CHECK(end.signal == SIGKILL);
}

TEST_CASE("a disposable child that hangs is killed at the deadline, and nothing is left of it") {
    const int before = children();
    DisposableChild child([](int) -> int {
        while (true) ::pause();
    });
    CHECK(children() == before + 1);

    const auto end = child.wait(Deadline::in(20ms));

    CHECK(end.killed);
    CHECK(children() == before);
}

TEST_CASE("a disposable child that nobody waits for goes with its owner") {
    const int before = children();
    {
        const DisposableChild child([](int) -> int {
            while (true) ::pause();
        });
    }
    CHECK(children() == before);
}

TEST_CASE("whatever becomes of a function that is ended anywhere, its caller hears of it in time") {
    for (const auto& by : demo::unsafe_strategies()) {
        CAPTURE(by.name);

        const auto response = demo::unsafe_timeout(
            by, TestRequest("GET", "/?limit=50ms&seconds=10").param("function", "spin"));

        const auto report = body_of(response);
        CAPTURE(report);
        const auto reports = [&](const char* text) {
            return report.find(text) != std::string::npos;
        };
        CHECK(response.status() == (reports("\"outcome\": \"timeout\"") ? 504 : 500));
        CHECK((reports("the time limit has passed") || reports("the child process")));
        CHECK(number(report, "elapsed_ms") >= 50);
        CHECK(number(report, "elapsed_ms") < 5000);
    }
}

TEST_CASE("a function that ends in time gives its value from the child too") {
    for (const auto& by : demo::unsafe_strategies()) {
        CAPTURE(by.name);

        const auto response = demo::unsafe_timeout(
            by, TestRequest("GET", "/?limit=10s&seconds=0.01").param("function", "sleep"));

        CHECK(response.status() == 200);
        CHECK(body_of(response).find("\"value\": \"slept\"") != std::string::npos);
    }
}

TEST_CASE("every trial is counted once, and no child is left") {
    const int before = children();
    for (const auto* const mechanism : {"throw", "longjmp", "cancel"}) {
        for (const auto* const victim : {"malloc", "mutex"}) {
            const auto start = Deadline::Clock::now();

            const auto report =
                body_of(demo::unsafe_trials(asking_for(mechanism, victim, "/?trials=8")));

            CAPTURE(report);
            CHECK(number(report, "trials") == 8);
            int sum = 0;
            for (const auto* const outcome : {"survived", "leaked", "lock_stuck", "connection_lost",
                                              "previous_answer", "hung", "crashed"}) {
                REQUIRE(number(report, outcome) >= 0);
                sum += number(report, outcome);
            }
            CHECK(sum == 8);
            CHECK(Deadline::Clock::now() - start < 10s);
        }
    }
    CHECK(children() == before);
}

TEST_CASE("trials of what there is not are refused") {
    CHECK(refused(asking_for("kill", "malloc")) == 400);
    CHECK(refused(asking_for("throw", "disk")) == 400);
    CHECK(refused(asking_for("throw", "malloc", "/?trials=0")) == 400);
    CHECK(refused(asking_for("throw", "malloc", "/?trials=101")) == 400);
}
