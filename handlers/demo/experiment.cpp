#include "experiment.h"

#include "census.h"
#include "functions.h"
#include "json.h"
#include "lab/inbox.h"
#include "numbers.h"
#include "own_server.h"
#include "running.h"

#include <curfew/base/written_duration.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <thread>

using namespace curfew;

namespace demo {

namespace {

using Milliseconds = std::chrono::duration<double, std::milli>;

Duration parse_limit(std::string_view text) {
    const auto limit = read_duration(text);
    if (!limit || limit->exact() < 1ms || limit->exact() > 10s) {
        throw HttpError(400,
                        "the limit (250ms, 2s, or just 0.5) in seconds is a number from "
                        "0.001 to 10");
    }
    return std::chrono::duration_cast<Duration>(limit->exact());
}

std::string server_to_ask() {
    const char* const other = std::getenv("DEMO_HTTP");
    return other ? other : own_server();
}

std::string json_milliseconds(Duration duration) {
    std::array<char, 32> text{};
    std::snprintf(text.data(), text.size(), "%.1f", Milliseconds(duration).count());
    return text.data();
}

bool has_more(const Census& now, const Census& before) {
    return now.threads > before.threads || now.children > before.children ||
           now.descriptors > before.descriptors;
}

/// What there is more of than before; a connection that is kept for the next call is a descriptor
/// too. What was told to end gets a moment for it.
std::string left_behind(const Census& before, std::uint64_t call, bool ended_early) {
    const auto give_up = Deadline::in(ended_early ? 50ms : 0ms);
    auto now = Census::take();
    auto runs = what_runs(call);
    while ((has_more(now, before) || !runs.empty()) && !give_up.passed()) {
        std::this_thread::sleep_for(3ms);
        now = Census::take();
        runs = what_runs(call);
    }
    JsonObject left;
    left.add("function", runs.empty() ? "null" : json_string(runs));
    const auto add = [&left](std::string_view name, int number) {
        left.add(name, std::to_string(std::max(number, 0)));
    };
    add("threads", now.threads - before.threads);
    add("children", now.children - before.children);
    add("descriptors", now.descriptors - before.descriptors);
    return left.text();
}

void tell(std::string_view what, int number) {
    if (number == 0) return;
    std::string line(what);
    line.append(" ").append(std::to_string(number)).append(" ").append(std::to_string(::getpid()));
    lab::tell_watcher(line);
}

struct Outcome {
    std::string_view name;
    int status;
    std::string value = {};    ///< JSON
    std::string message = {};  ///< of an exception
};

Outcome outcome_of(const std::function<std::string()>& run) {
    try {
        return {"value", 200, run()};
    } catch (const TimeoutError& error) {
        return {"timeout", error.status(), {}, error.what()};
    } catch (const HttpError& error) {
        return {"error", error.status(), {}, error.what()};
    } catch (const std::exception& error) {
        return {"error", 500, {}, error.what()};
    }
}

}  // namespace

Experiment::Experiment(const Request& request, std::string_view function)
    : function_(find_slow_function(function)),
      limit_(parse_limit(request.query("limit").value_or("500ms"))),
      looks_(request.query("census") != "no"),
      seconds_(
          parse_number(request.query("seconds").value_or("2"), 0.0, 10.0, "the time in seconds")),
      server_(server_to_ask()),
      call_(new_call()),
      number_(parse_number(request.query("n").value_or("0"), 0, 99, "the request's number")) {}

Response Experiment::report(std::string_view strategy,
                            const std::function<std::string()>& run) const {
    tell("begin", number_);
    const auto before = looks_ ? Census::take() : Census{};
    const auto start = Deadline::Clock::now();
    const auto outcome = outcome_of(run);
    const Duration elapsed = Deadline::Clock::now() - start;
    tell("end", number_);

    JsonObject report;
    report.add("strategy", json_string(strategy));
    report.add("function", json_string(slow_functions()[function_].name));
    report.add("limit_ms", json_milliseconds(limit_));
    report.add("outcome", json_string(outcome.name));
    if (!outcome.value.empty()) report.add("value", outcome.value);
    if (!outcome.message.empty()) report.add("message", json_string(outcome.message));
    report.add("elapsed_ms", json_milliseconds(elapsed));
    report.add("late_ms", json_milliseconds(std::max(elapsed - limit_, Duration::zero())));
    report.add("pid", std::to_string(::getpid()));
    if (looks_) report.add("left_behind", left_behind(before, call_, outcome.name == "timeout"));
    auto response = json(report.text() + "\n").status(outcome.status);
    // The next of an experiment is for whichever worker is free.
    if (number_ != 0) response.close_connection();
    return response;
}

std::string run_slow_function(std::size_t function, std::uint64_t call, const std::string& server,
                              double seconds) {
    const Running running(call);
    return slow_functions()[function].run(server, seconds);
}

}  // namespace demo
