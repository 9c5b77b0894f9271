#pragma once

#include "../../base/deadline.h"

#include <string_view>

namespace curfew {

/// Throws TimeoutError if the limit that a strategy enforced has passed, even if the function has
/// returned a result: a result after the limit does not count.
void check_overrun(std::string_view strategy, Deadline deadline);

}  // namespace curfew
