#pragma once

#include "tools/laboratory/record/run.h"

#include <string>

namespace curfew::laboratory {

/// The run as a document in GitHub's Markdown: what follows, the matrix, what decided, the other
/// networks, costs, gaps, and how it was measured.
[[nodiscard]] std::string findings(const Run& run);

}  // namespace curfew::laboratory
