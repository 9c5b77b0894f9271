#pragma once

#include "tools/laboratory/record/run.h"

#include <string>
#include <string_view>

namespace curfew::laboratory {

/// Fills what follows from the cell's samples: summary, verdict, costs_worker, because.
///
///     powerless   no complete answer on time
///     tainted     damage: the next call was wrong or failed, the worker died unasked, other
///                 clients lost requests, or the answer was not complete, or neither the function's
///                 value nor a 504 at the limit
///     leaks       something went on or stayed behind
///     clean       none of these
///
/// The first of which a fact holds is the verdict. A fact holds that is true of half of the samples
/// or more, however many they are: what a function does or does not do shows in nearly all of them
/// or in nearly none, and what the machine does meanwhile in few. But no machine gives the next
/// call a wrong answer: once is enough. What is true less often is said, too, after what decided. A
/// worker that is killed at the limit is no damage: it is what the strategy costs. Of a kind whose
/// name begins with "crash" any complete answer is a right one, and the worker may die.
void conclude(Cell& cell);

/// Whether more samples might well change the verdict: it depends on a fact that is true of more
/// than a fifth of them, and of less than four fifths.
[[nodiscard]] bool undecided(const Cell& cell);

/// So many times as many samples as usual are enough, even if they do not decide.
inline constexpr int most_rounds = 3;

/// Of a cell. With fewer, two runs on a busy machine give less than 98 % of the same verdicts.
inline constexpr int least_samples = 4;

/// Says so if the run has such cells; or else empty.
[[nodiscard]] std::string provisional(const Run& run);

/// clean, leaks, tainted, powerless.
[[nodiscard]] std::string_view name(Verdict verdict) noexcept;

}  // namespace curfew::laboratory
