#pragma once

#include "handlers/base/fnv1a.h"

#include <algorithm>

namespace curfew::worker {

/// FNV-1a, but never 0; of the text that `sum` is the hash of, if any, followed by this one. Nobody
/// attacks it: the texts are the application's own names.
[[nodiscard]] constexpr std::uint64_t hash(std::string_view text,
                                           std::uint64_t sum = fnv1a_basis) noexcept {
    return std::max<std::uint64_t>(fnv1a(sum, text), 1);
}

}  // namespace curfew::worker
