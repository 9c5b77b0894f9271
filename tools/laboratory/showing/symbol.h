#pragma once

#include "tools/laboratory/record/run.h"

#include <string_view>

namespace curfew::laboratory {

/// A sign and the verdict's first letter, two columns wide: it reads without colour.
[[nodiscard]] std::string_view symbol(Verdict verdict) noexcept;

/// What the verdict means, in a few words.
[[nodiscard]] std::string_view meaning(Verdict verdict) noexcept;

}  // namespace curfew::laboratory
