#include "tools/laboratory/judging/statistics.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <random>

namespace curfew::laboratory {

namespace {

constexpr int resamples = 1000;
constexpr unsigned seed = 20'011;

std::vector<double> drawn_from(const std::vector<double>& values, std::mt19937& chance) {
    std::vector<double> drawn(values.size());
    // Not uniform_int_distribution, whose numbers differ from library to library.
    for (auto& each : drawn) each = values[chance() % values.size()];
    return drawn;
}

/// The logarithm of the number of ways to choose k of n.
double log_ways(std::ptrdiff_t n, std::ptrdiff_t k) {
    const auto log_factorial = [](std::ptrdiff_t number) {
        return std::lgamma(static_cast<double>(number) + 1);
    };
    return log_factorial(n) - log_factorial(k) - log_factorial(n - k);
}

}  // namespace

double percentile(std::vector<double> values, double share) {
    if (values.empty()) return 0;
    std::ranges::sort(values);
    const double place = std::clamp(share, 0.0, 1.0) * static_cast<double>(values.size() - 1);
    const auto below = static_cast<std::size_t>(place);
    const auto above = std::min(below + 1, values.size() - 1);
    return std::lerp(values[below], values[above], place - static_cast<double>(below));
}

Interval bootstrap(const std::vector<double>& values, const Statistic& statistic) {
    if (values.empty()) return {};
    std::mt19937 chance(seed);
    std::vector<double> found(resamples);
    for (auto& each : found) each = statistic(drawn_from(values, chance));
    return {statistic(values), percentile(found, 0.025), percentile(found, 0.975)};
}

Interval percentile_interval(const std::vector<double>& values, double share) {
    return bootstrap(values, [share](const auto& some) { return percentile(some, share); });
}

double chance_of_same_median(const std::vector<double>& some, const std::vector<double>& others) {
    auto all = some;
    all.insert(all.end(), others.begin(), others.end());
    const auto median = percentile(all, 0.5);
    const auto above = [median](const std::vector<double>& values) {
        return std::ranges::count_if(values, [median](double each) { return each > median; });
    };
    const auto drawn = std::ssize(some);
    const auto rest = std::ssize(others);
    const auto high = above(some) + above(others);
    // Of all ways to draw so many of all values, those that have `each` of the high ones.
    const auto likely = [&](std::ptrdiff_t each) {
        return std::exp(log_ways(drawn, each) + log_ways(rest, high - each) -
                        log_ways(drawn + rest, high));
    };
    constexpr double rounding = 1 + 1e-9;
    const auto seen = likely(above(some)) * rounding;
    double chance = 0;
    for (auto each = std::max<std::ptrdiff_t>(0, high - rest); each <= std::min(high, drawn);
         ++each) {
        if (likely(each) <= seen) chance += likely(each);
    }
    return std::min(chance, 1.0);
}

}  // namespace curfew::laboratory
