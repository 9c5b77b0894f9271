#pragma once

#include "tools/laboratory/run.h"

#include <string_view>

namespace curfew::laboratory {

/// Fills what follows from the cell's samples: summary, verdict, costs_worker, because.
///
///     powerless   no complete answer on time in more than half of the samples
///     tainted     damage: the next call was wrong or failed, the worker died unasked, other
///     clients
///                 lost requests, or the answer was not complete, or neither the function's value
///                 nor a 504 at the limit
///     leaks       something went on or stayed behind in more than half of the samples
///     clean       none of these
///
/// The first that holds is the verdict. No single sample decides anything. For damage that a busy
/// machine never does by itself a fifth of the samples is enough, a third for a next call that
/// failed and for requests that were lost; memory has to grow in nearly all. What is true less
/// often is still said. A worker that is killed at the limit is no damage: it is what the strategy
/// costs. Of a kind whose name begins with "crash" any complete answer is a right one, and the
/// worker may die.
void conclude(Cell& cell, const Settings& settings);

/// clean, leaks, tainted, powerless.
[[nodiscard]] std::string_view name(Verdict verdict) noexcept;

}  // namespace curfew::laboratory
