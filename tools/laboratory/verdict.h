#pragma once

#include "tools/laboratory/run.h"

#include <string_view>

namespace curfew::laboratory {

/// Fills what follows from the cell's samples: summary, verdict, costs_worker, because.
///
///     powerless   the caller had no complete answer on time in half of the samples or more
///     tainted     damage in a fifth of them or more, and not just in one: the next call was wrong
///                 or failed, the worker died unasked, other clients lost requests, the answer was
///                 neither the function's value nor a 504 at the limit, or was not complete
///     leaks       something went on or stayed behind in half of them or more
///     clean       none of these
///
/// The first that holds is the verdict. Damage is never mere noise, so that less of it counts;
/// still no single sample decides anything. A worker that is killed at the limit is no damage: it
/// is what the strategy costs. Of a kind whose name begins with "crash" any complete answer is a
/// right one, and the worker may die.
void conclude(Cell& cell, const Settings& settings);

/// clean, leaks, tainted, powerless.
[[nodiscard]] std::string_view name(Verdict verdict) noexcept;

}  // namespace curfew::laboratory
