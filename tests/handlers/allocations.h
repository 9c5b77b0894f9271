#pragma once

#include <cstddef>

namespace curfew {

/// How often this thread has called operator new. To find out whether something allocates, compare
/// it before and after.
[[nodiscard]] std::size_t allocations() noexcept;

}  // namespace curfew
