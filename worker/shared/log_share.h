#pragma once

#include "handlers/base/deadline.h"

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <string_view>

struct stat;

namespace curfew::worker {

/// What all processes of a server must agree on to write to one file, pipe or socket: whose turn it
/// is, and the rest of a line of which only a part could be written. It is in memory that they
/// share, mapped by the first call of of(), which therefore belongs before the first fork.
///
/// A turn lasts for a few calls of write() that do not wait. One that lasts for longer than `lease`
/// belongs to a process that was killed or stopped in the midst of it, and the next one takes it.
class LogShare {
  public:
    /// A longer line cannot be logged.
    static constexpr std::size_t longest_line = 128 << 10;

    /// Of the file, pipe or socket that fstat() has found. Throws std::system_error if there is no
    /// memory.
    [[nodiscard]] static LogShare& of(const struct stat& status);

    /// Tries for some microseconds. Returns what end_turn() wants, or 0 if it is another's turn.
    [[nodiscard]] std::int64_t take_turn() noexcept;
    void end_turn(std::int64_t turn) noexcept;

    /// The rest of a line of that file. This and the following are for the one whose turn it is;
    /// but one who was stopped for longer than `lease` goes on with them nonetheless, so that this
    /// is never more than there is.
    [[nodiscard]] std::string_view rest(std::uint64_t file) const noexcept;
    void keep_rest(std::uint64_t file, std::string_view rest) noexcept;
    void drop_from_rest(std::size_t count) noexcept { begin_ += count; }

    /// A hash of its device and inode.
    [[nodiscard]] static std::uint64_t identity(const struct stat& status) noexcept;

  private:
    static constexpr Duration lease = std::chrono::seconds(2);

    std::atomic<std::int64_t> turn_{0};  ///< since when, in ns; 0: it is nobody's
    std::uint64_t file_ = 0;             ///< whose rest it is
    std::size_t begin_ = 0;
    std::size_t end_ = 0;
    char text_[longest_line];
};

}  // namespace curfew::worker
