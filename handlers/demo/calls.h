#pragma once

#include <curfew/app.h>

namespace demo {

/// Calls a function that does next to nothing, `number` times (1 unless the query says else), under
/// the strategy of the path, or without a limit if that is "bare"; and reports in JSON how long a
/// call took.
[[nodiscard]] curfew::Response calls(const curfew::Request& request);

}  // namespace demo
