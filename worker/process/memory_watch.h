#pragma once

#include "handlers/base/deadline.h"
#include "handlers/base/unique_fd.h"

#include <cstddef>

namespace curfew::worker {

/// Whether this process has outgrown its memory_limit, as far as its memory is its own: resident,
/// without the pages of files and of shared memory, which would not come back if it went. (PSS
/// would share out what is the same in all workers, but the kernel walks every page for that.)
class MemoryWatch {
  public:
    /// `limit`: bytes; 0: none, and nothing is ever looked at. Throws std::system_error.
    explicit MemoryWatch(std::size_t limit);

    /// To be asked after each request; looks, with one system call, ten times a second at most.
    [[nodiscard]] bool exceeded();

    [[nodiscard]] std::size_t limit() const noexcept { return limit_; }
    /// What was seen last.
    [[nodiscard]] std::size_t bytes() const noexcept { return bytes_; }

  private:
    [[nodiscard]] std::size_t own_memory() const noexcept;

    const std::size_t limit_;
    const std::size_t page_size_;
    UniqueFd statm_;
    std::size_t bytes_ = 0;
    Deadline next_look_ = Deadline::at({});
};

}  // namespace curfew::worker
