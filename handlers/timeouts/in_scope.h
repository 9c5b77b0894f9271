#pragma once

#include "strategy.h"

namespace curfew {

/// Ends a scope that had a limit: throws TimeoutError if that has passed, whatever the function
/// made of it. A result that comes after its limit is nobody's any more.
void end_scope(const Strategy& strategy, Deadline deadline);

}  // namespace curfew
