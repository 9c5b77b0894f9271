#include "tools/laboratory/statistics.h"

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

bool apart(const Interval& a, const Interval& b) noexcept {
    return a.high < b.low || b.high < a.low;
}

}  // namespace curfew::laboratory
