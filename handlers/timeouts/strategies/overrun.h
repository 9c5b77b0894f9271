#pragma once

#include "../../base/deadline.h"

#include <string_view>

namespace curfew {

/// Throws TimeoutError if the limit that a strategy enforced has passed, whatever the function made
/// of it: a result that comes after its limit is nobody's any more.
void check_overrun(std::string_view strategy, Deadline deadline);

}  // namespace curfew
