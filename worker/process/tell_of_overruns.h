#pragma once

#include "worker/shared/counters.h"

namespace curfew::worker {

/// From now on, functions that end long after their limit are counted and logged. `counters` must
/// outlive this process.
void tell_of_overruns_to(Counters& counters) noexcept;

}  // namespace curfew::worker
