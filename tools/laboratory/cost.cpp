#include "tools/laboratory/cost.h"

#include "tests/support/client.h"
#include "tools/laboratory/neighbours.h"
#include "tools/laboratory/programs.h"
#include "tools/laboratory/statistics.h"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <thread>

namespace curfew::laboratory {

namespace {

using namespace std::chrono_literals;

constexpr int rounds = 15;
constexpr int calls = 2000;
constexpr auto turn = 60ms;
constexpr int clients = 4;

double microseconds_of_a_call(tests::Client& client, const std::string& strategy) {
    const auto reply = client.get("/calls/" + strategy + "?number=" + std::to_string(calls));
    return nlohmann::json::parse(reply.body).at("us_per_call");
}

/// Requests that were answered in one turn.
double requests(const std::string& url, const std::string& strategy) {
    std::atomic<int> answered{0};
    const auto end = Clock::now() + turn;
    const auto visit = [&] {
        tests::Client client(url);
        while (Clock::now() < end) {
            if (client.get("/calls/" + strategy).status == 200) ++answered;
        }
    };
    std::vector<std::jthread> visitors;
    for (int i = 0; i < clients; ++i) visitors.emplace_back(visit);
    visitors.clear();
    return answered;
}

/// By turns with and without, so that what else the machine does hits both.
Cost cost_of(const std::string& url, const std::string& strategy) {
    std::vector<double> more;
    std::vector<double> throughput;
    for (int i = 0; i < rounds; ++i) {
        tests::Client client(url);
        const auto bare = microseconds_of_a_call(client, "bare");
        more.push_back(microseconds_of_a_call(client, strategy) - bare);
        const auto without = requests(url, "bare");
        throughput.push_back(requests(url, strategy) / std::max(without, 1.0));
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
        const Curfew curfew(1, {"--helpers", "1"}, "", {});
        row.cost = cost_of(curfew.url(), row.name);
    }
}

}  // namespace curfew::laboratory
