#pragma once

#include "worker/shared/counters.h"

namespace curfew::worker {

/// Has functions counted and logged that have ended long after their limit. `counters` must outlive
/// this process.
void tell_of_overruns_to(Counters& counters) noexcept;

}  // namespace curfew::worker
