#pragma once

#include "tools/laboratory/record/run.h"

#include <functional>
#include <vector>

namespace curfew::laboratory {

/// The value below which this share (0 to 1) of the values lies, interpolated between the two that
/// are nearest (Hyndman and Fan's type 7, as numpy and R have it). Of no values: 0.
[[nodiscard]] double percentile(std::vector<double> values, double share);

using Statistic = std::function<double(const std::vector<double>&)>;

/// The statistic of the values, and its 95 % confidence interval by the percentile bootstrap. The
/// same values give the same interval. Of no values: zeros.
[[nodiscard]] Interval bootstrap(const std::vector<double>& values, const Statistic& statistic);

/// A percentile with its confidence interval.
[[nodiscard]] Interval percentile_interval(const std::vector<double>& values, double share);

/// How likely values of one and the same median are to differ at least so much: Mood's median test,
/// by Fisher's exact one, two-sided. It asks nothing of the distributions, and of few values it
/// says that they may be chance (four against four: 0.03 at the least).
[[nodiscard]] double chance_of_same_median(const std::vector<double>& some,
                                           const std::vector<double>& others);

}  // namespace curfew::laboratory
