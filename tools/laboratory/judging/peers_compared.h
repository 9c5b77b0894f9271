#pragma once

#include "tools/laboratory/record/run.h"

#include <optional>

namespace curfew::laboratory {

/// With how many kinds each other server's way is clean, and how late it is, beside our own in the
/// server. Absent if no other server was measured.
[[nodiscard]] std::optional<Recommendation> peers_compared(const Run& run);

}  // namespace curfew::laboratory
