#include "tools/laboratory/measuring/cost.h"

#include "tools/laboratory/judging/statistics.h"
#include "tools/laboratory/measuring/neighbours.h"
#include "tools/laboratory/servers/programs.h"
#include "tools/support/client.h"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <exception>
#include <future>
#include <stdexcept>

namespace curfew::laboratory {

namespace {

using namespace std::chrono_literals;

constexpr int rounds = 15;
constexpr int fewest_calls = 20;
constexpr int most_calls = 2000;
/// That all calls of one request may take.
constexpr double request_us = 200'000;
constexpr auto turn = 60ms;
constexpr int clients = 4;

std::string ask(tools::Client& client, const std::string& target) {
    auto reply = client.get(target);
    if (reply.status == 200 && reply.whole) return std::move(reply.body);
    throw std::runtime_error(
        fmt::format("{} was answered with {}: {}", target, reply.status, reply.body));
}

double microseconds_of_a_call(tools::Client& client, const std::string& strategy, int calls) {
    const auto body = ask(client, fmt::format("/calls/{}?number={}", strategy, calls));
    return nlohmann::json::parse(body).at("us_per_call");
}

/// A number of calls that takes long enough to be measured, and is not tedious.
int calls_of(tools::Client& client, const std::string& strategy) {
    const auto us = microseconds_of_a_call(client, strategy, fewest_calls);
    return static_cast<int>(std::clamp(request_us / us, double{fewest_calls}, double{most_calls}));
}

/// Clients that are connected already, so that connecting is not measured.
std::vector<tools::Client> connect(const std::string& url) {
    std::vector<tools::Client> all;
    for (int i = 0; i < clients; ++i) {
        all.emplace_back(url);
        ask(all.back(), "/calls/bare");
    }
    return all;
}

/// Requests that were answered in one turn.
double requests(std::vector<tools::Client>& all, const std::string& strategy) {
    const auto target = "/calls/" + strategy;
    const auto end = Clock::now() + turn;
    const auto visit = [&](tools::Client& client) {
        int answered = 0;
        for (; Clock::now() < end; ++answered) ask(client, target);
        return answered;
    };
    std::vector<std::future<int>> visits;
    for (auto& client : all)
        visits.push_back(std::async(std::launch::async, visit, std::ref(client)));
    double answered = 0;
    for (auto& each : visits) answered += each.get();  // the others end with the turn
    return answered;
}

struct Pair {
    double without;
    double with;
};

/// What else the machine does hits both, and neither always comes first.
template <class Measure>
Pair by_turns(int round, const std::string& strategy, Measure measure) {
    if (round % 2 == 0) {
        const auto without = measure("bare");
        return {without, measure(strategy)};
    }
    const auto with = measure(strategy);
    return {measure("bare"), with};
}

Cost cost_of(const std::string& url, const std::string& strategy) {
    tools::Client caller(url);
    const auto calls = calls_of(caller, strategy);
    auto visitors = connect(url);
    std::vector<double> more;
    std::vector<double> throughput;
    for (int i = 0; i < rounds; ++i) {
        const auto us = by_turns(i, strategy, [&](const std::string& by) {
            return microseconds_of_a_call(caller, by, calls);
        });
        more.push_back(us.with - us.without);
        const auto rate =
            by_turns(i, strategy, [&](const std::string& by) { return requests(visitors, by); });
        throughput.push_back(rate.with / std::max(rate.without, 1.0));
    }
    return {.call_us = percentile_interval(more, 0.5),
            .throughput = percentile_interval(throughput, 0.5)};
}

}  // namespace

void measure_costs(Run& run, const std::atomic<bool>& interrupted) {
    for (auto& row : run.strategies) {
        if (interrupted) return;
        const bool of_function = row.where == "function" && row.group == "curfew";
        if (row.cost || !of_function) continue;
        const auto what = "the cost of " + row.name;
        std::erase_if(run.gaps, [&](const Gap& gap) { return gap.what == what; });
        try {
            const Curfew curfew(1, {"--helpers", "1"}, "", {});
            row.cost = cost_of(curfew.url(), row.name);
        } catch (const std::exception& error) {
            run.gaps.push_back({.what = what, .why = error.what()});
        }
    }
}

}  // namespace curfew::laboratory
