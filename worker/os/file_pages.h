#pragma once

#include "handlers/base/unique_fd.h"

#include <cstddef>
#include <cstdint>
#include <span>

namespace curfew::worker {

/// Takes pages of files, like those of programs and libraries, out of this process's memory; what
/// is used again comes back by itself, from the page cache. Nothing that differs from its file
/// goes: not relocated data, not the breakpoints of debuggers and tracers. Async-signal-safe,
/// throws nothing; no effect where /proc is not there.
class CleanPages {
  public:
    CleanPages() noexcept;

    /// Those of a private mapping, whose `begin` may be anywhere in a page.
    void drop(std::uintptr_t begin, std::uintptr_t end) const noexcept;

  private:
    void drop_runs(std::uintptr_t first_page, std::span<const std::uint64_t> pages) const noexcept;

    UniqueFd map_;
    std::size_t size_;
};

}  // namespace curfew::worker
