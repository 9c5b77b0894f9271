#pragma once

#include "tools/laboratory/run.h"

#include <string>
#include <string_view>

namespace curfew::laboratory {

/// Fills what follows from the cell's samples: summary, verdict, costs_worker, because.
///
///     powerless   no complete answer on time in a third of the samples
///     tainted     damage: the next call was wrong or failed, the worker died unasked, other
///                 clients lost requests, or the answer was not complete, or neither the function's
///                 value nor a 504 at the limit
///     leaks       something went on or stayed behind in more than half of the samples
///     clean       none of these
///
/// The first that holds is the verdict. No single sample decides anything, unless it is the only
/// one. For damage that a busy machine never does by itself a fifth of the samples is enough (two
/// at least), a third for what such a machine does now and then: a late answer, a next call that
/// failed, requests that were lost (three at least, or most of fewer samples); memory has to grow
/// in nearly all. A third, and not a fifth, because answers that are late for the machine's reasons
/// (7 in 100, in the test of this) would be two in ten of a good strategy every sixth time, and two
/// runs would not agree; they are four in ten once in three hundred times. What is true less often
/// is still said, and of a clean cell first: how many of the answers were on time. A worker that is
/// killed at the limit is no damage: it is what the strategy costs. Of a kind whose name begins
/// with "crash" any complete answer is a right one, and the worker may die.
void conclude(Cell& cell);

/// Of a cell. With fewer, two runs on a busy machine give less than 98 % of the same verdicts.
inline constexpr int least_samples = 4;

/// Says so if the run has such cells; or else empty.
[[nodiscard]] std::string provisional(const Run& run);

/// clean, leaks, tainted, powerless.
[[nodiscard]] std::string_view name(Verdict verdict) noexcept;

}  // namespace curfew::laboratory
