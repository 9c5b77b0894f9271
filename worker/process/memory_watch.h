#pragma once

#include "handlers/base/deadline.h"
#include "handlers/base/unique_fd.h"

#include <cstddef>

namespace curfew::worker {

/// Tells whether this process has exceeded its memory_limit. Only its own memory counts: resident
/// memory without the pages of files and without shared memory, which would not become free if the
/// process ended. (PSS would divide pages among the workers that share them, but to compute it the
/// kernel walks every page.)
class MemoryWatch {
  public:
    /// `limit`: bytes; 0: none, and the memory is never read. Throws std::system_error.
    explicit MemoryWatch(std::size_t limit);

    /// To be called after each request. Reads the memory with one system call, at most ten times a
    /// second.
    [[nodiscard]] bool exceeded();

    [[nodiscard]] std::size_t limit() const noexcept { return limit_; }
    /// The result of the last reading, in bytes.
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
