#pragma once

#include "handlers/base/deadline.h"

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <string_view>

struct stat;

namespace curfew::worker {

/// What all processes of a server must agree on to write to one log (a file, pipe or socket): whose
/// turn it is, and the rest of a line of which only a part could be written. It is in shared
/// memory, which the first call of of() maps, so that call must come before the first fork.
///
/// A turn lasts for a few calls of write() that do not wait. A turn that lasts longer than `lease`
/// belongs to a process that was killed or stopped, and another process takes it.
class LogShare {
  public:
    /// A longer line cannot be logged.
    static constexpr std::size_t longest_line = 128 << 10;

    /// The LogShare of the file, pipe or socket with that status. Throws std::system_error if there
    /// is no memory.
    [[nodiscard]] static LogShare& of(const struct stat& status);

    /// Tries for some microseconds. Returns the argument for end_turn(), or 0 if another process
    /// has the turn.
    [[nodiscard]] std::int64_t take_turn() noexcept;
    void end_turn(std::int64_t turn) noexcept;

    /// The rest of a line of that file. This function and the next two are for the process that has
    /// the turn. A process that was stopped for longer than `lease` may call them as well when it
    /// goes on, so the bounds are checked.
    [[nodiscard]] std::string_view rest(std::uint64_t file) const noexcept;
    void keep_rest(std::uint64_t file, std::string_view rest) noexcept;
    void drop_from_rest(std::size_t count) noexcept { begin_ += count; }

    /// A hash of the device and inode.
    [[nodiscard]] static std::uint64_t identity(const struct stat& status) noexcept;

  private:
    static constexpr Duration lease = std::chrono::seconds(2);

    std::atomic<std::int64_t> turn_{0};  ///< when the turn began, in ns; 0: no process has it
    std::uint64_t file_ = 0;             ///< the identity of the file that the rest is for
    std::size_t begin_ = 0;
    std::size_t end_ = 0;
    char text_[longest_line];
};

}  // namespace curfew::worker
