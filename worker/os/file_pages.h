#pragma once

#include "handlers/base/unique_fd.h"

#include <cstddef>
#include <cstdint>
#include <span>

namespace curfew::worker {

/// Drops pages of mapped files, such as programs and libraries, from this process's memory. A page
/// that is used again comes back from the page cache. Pages that differ from their file stay:
/// relocated data, and breakpoints of debuggers and tracers. Async-signal-safe, throws nothing; no
/// effect without /proc.
class FilePages {
  public:
    FilePages() noexcept;

    /// Drops those of a private mapping. `begin` may be anywhere in a page.
    void drop(std::uintptr_t begin, std::uintptr_t end) const noexcept;

  private:
    void drop_runs(std::uintptr_t first_page, std::span<const std::uint64_t> pages) const noexcept;

    UniqueFd map_;
    std::size_t size_;
};

}  // namespace curfew::worker
