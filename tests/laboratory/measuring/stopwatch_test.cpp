#include "tools/laboratory/measuring/test_bench.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

using namespace curfew::laboratory;
using curfew::BackendOptions;

namespace {

constexpr int pairs = 15;
constexpr double tolerance_ms = 2;

double median(std::vector<double> values) {
    const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
    std::ranges::nth_element(values, middle);
    return *middle;
}

/// What curl measures from its request's beginning to the answer's last byte. Throws
/// std::runtime_error if there is no answer.
double curls_milliseconds(const std::string& url) {
    const auto command =
        "curl --silent --output /dev/null --max-time 10 --write-out "
        "'%{http_code} %{time_pretransfer} %{time_total}' '" +
        url + "'";
    const std::unique_ptr<FILE, int (*)(FILE*)> curl(::popen(command.c_str(), "re"), ::pclose);
    int status = 0;
    double sent = 0;
    double total = 0;
    if (!curl || std::fscanf(curl.get(), "%d %lf %lf", &status, &sent, &total) != 3 ||
        status != 504) {
        throw std::runtime_error("curl has got no 504: " + url);
    }
    return (total - sent) * 1000;
}

/// Nobody is behind it: for functions that need no backend.
BackendOptions nobody() {
    BackendOptions options;
    options.cache.servers = {"127.0.0.1:1"};
    options.db.address = "127.0.0.1:1";
    return options;
}

}  // namespace

TEST_CASE("the lab's figures are those of curl's own timing") {
    const BenchSetup setup{.backends = nobody(), .http = "127.0.0.1:1", .settings = {}};
    struct Case {
        std::string row;
        std::string kind;
        std::string target;
    };
    for (const auto& [row, kind, target] : {
             Case{"deadline", "sleep", "/timeout/deadline/sleep?limit=100ms&seconds=5&census=no"},
             Case{"harakiri", "sleep", "/timeout/none/sleep?limit=100ms&seconds=5&census=no"},
         }) {
        CAPTURE(row);
        TestBench bench(setup, row, conditions().front(), 1);
        std::vector<double> ours;
        std::vector<double> curls;
        // In turn, so that whatever else the machine does hits both.
        for (int i = 0; i < pairs; ++i) {
            ours.push_back(bench.run_fault(kind_named(kind)).elapsed_ms);
            curls.push_back(curls_milliseconds(bench.url() + target));
            bench.recover();
        }

        CAPTURE(median(ours));
        CAPTURE(median(curls));
        CHECK(std::abs(median(ours) - median(curls)) < tolerance_ms);
        CHECK(median(curls) > 99);
        CHECK(median(curls) < 150);
        MESSAGE(row << ": the lab " << median(ours) << " ms, curl " << median(curls) << " ms");
    }
}
