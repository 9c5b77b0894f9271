#include "tools/laboratory/judging/statistics.h"

#include <doctest/doctest.h>

#include <numeric>
#include <random>

using namespace curfew::laboratory;
using doctest::Approx;

TEST_CASE("a percentile lies between the two values that are nearest") {
    CHECK(percentile({4, 1, 3, 2}, 0.5) == Approx(2.5));
    CHECK(percentile({4, 1, 3, 2}, 0) == 1);
    CHECK(percentile({4, 1, 3, 2}, 1) == 4);
    CHECK(percentile({10, 20}, 0.99) == Approx(19.9));
    CHECK(percentile({7}, 0.99) == 7);
    CHECK(percentile({}, 0.5) == 0);
}

TEST_CASE("an interval is the same each time, and holds its value") {
    const std::vector<double> values{1, 2, 3, 4, 5, 6, 7, 8, 9, 50};

    const auto once = percentile_interval(values, 0.5);
    const auto again = percentile_interval(values, 0.5);

    CHECK(once.value == Approx(5.5));
    CHECK(once.low == again.low);
    CHECK(once.high == again.high);
    CHECK(once.low < once.value);
    CHECK(once.high > once.value);
    CHECK(once.low >= 1);
    CHECK(once.high <= 9);  // one outlier does not move the median
}

TEST_CASE("values that are all alike have an interval without width") {
    const auto interval = percentile_interval({3, 3, 3}, 0.99);

    CHECK(interval.low == 3);
    CHECK(interval.value == 3);
    CHECK(interval.high == 3);
    CHECK(percentile_interval({}, 0.5).high == 0);
}

TEST_CASE("of a hundred intervals about a known mean some ninety-five hold it") {
    std::mt19937 chance(7);
    std::normal_distribution<double> normal(10, 2);
    const auto mean = [](const std::vector<double>& values) {
        return std::accumulate(values.begin(), values.end(), 0.0) /
               static_cast<double>(values.size());
    };

    int held = 0;
    for (int i = 0; i < 100; ++i) {
        std::vector<double> values(40);
        for (auto& each : values) each = normal(chance);
        const auto interval = bootstrap(values, mean);
        if (interval.low <= 10 && 10 <= interval.high) ++held;
    }

    CHECK(held >= 88);
    CHECK(held <= 99);
}

TEST_CASE("medians differ if chance would seldom make them differ so much") {
    const std::vector<double> low{1, 2, 3, 4, 5, 6, 7, 8, 9, 10};
    const std::vector<double> high{11, 12, 13, 14, 15, 16, 17, 18, 19, 20};

    CHECK(chance_of_same_median(low, high) == Approx(2.0 / 184756));  // of 20 over 10
    CHECK(chance_of_same_median(high, low) == chance_of_same_median(low, high));
    CHECK(chance_of_same_median(low, low) == Approx(1));
    CHECK(chance_of_same_median({1, 2, 3, 4}, {5, 6, 7, 8}) == Approx(2.0 / 70));
    CHECK(chance_of_same_median({3, 3}, {3, 3, 3}) == Approx(1));
    CHECK(chance_of_same_median({}, low) == Approx(1));
}

TEST_CASE("of values that are alike few are called different") {
    std::mt19937 chance(5);
    std::lognormal_distribution<double> lateness(0.5, 0.8);

    int different = 0;
    for (int i = 0; i < 2000; ++i) {
        std::vector<double> some(10);
        std::vector<double> others(25);
        for (auto& each : some) each = lateness(chance);
        for (auto& each : others) each = lateness(chance);
        if (chance_of_same_median(some, others) <= 0.05) ++different;
    }

    CHECK(different <= 100);
}
