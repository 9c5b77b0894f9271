#pragma once

#include "handlers/base/deadline.h"
#include "handlers/base/unique_fd.h"
#include "worker/shared/log_share.h"

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace curfew::worker {

/// The file, pipe, socket or terminal of a log. Any number of processes of this server write whole
/// lines to it, and none of them ever waits for it.
///
/// O_NONBLOCK is a flag of the open file description, which standard output and error share with
/// other programs. So a pipe or terminal is opened again through /proc/self/fd, which makes a
/// description of its own. For a socket there is MSG_DONTWAIT. A pipe of another user, which this
/// process has no right to open, is written by splice(), which can also be told not to wait.
class LogOutput {
  public:
    LogOutput() noexcept = default;

    /// A log that writes to what `fd` refers to; `fd` itself stays open and unchanged. Throws
    /// std::system_error.
    [[nodiscard]] static LogOutput of(int fd);

    /// A log that writes to standard output or error. The first call opens it, and should come
    /// while the process still runs as the user that has the right to; later calls share the
    /// result.
    [[nodiscard]] static LogOutput standard(int fd);

    /// Opens a file for appending, and creates it if necessary. Throws std::system_error.
    [[nodiscard]] static LogOutput open(const char* path);

    explicit operator bool() const noexcept { return static_cast<bool>(fd_); }

    /// Writes as many of these lines as there is room for. Each line ends with a newline and is no
    /// longer than LogShare::longest_line. Returns the total size of the lines that were written;
    /// if that is not all, errno says why. If a line is longer than PIPE_BUF, its end may still be
    /// missing; then the next call of any process begins with the end.
    [[nodiscard]] std::size_t write(std::string_view lines) noexcept;

    /// Whether the log ends with a complete line.
    [[nodiscard]] bool settled() const noexcept { return share_->rest(identity_).empty(); }

    /// Waits until there may be room, or `limit` has passed.
    void await_room(Deadline limit) const noexcept;

    [[nodiscard]] bool is_terminal() const noexcept { return kind_ == Kind::terminal; }

  private:
    enum class Kind {
        file,
        pipe,
        foreign_pipe,  ///< its description is others' too
        socket,
        terminal,
        device,  ///< a terminal or the like, whose description is others' too
    };

    LogOutput(UniqueFd fd, Kind kind);

    [[nodiscard]] std::size_t next_size(std::string_view lines) const noexcept;
    [[nodiscard]] std::size_t write_part(std::string_view part) noexcept;
    [[nodiscard]] ssize_t put(std::string_view part) noexcept;
    [[nodiscard]] ssize_t splice_in(std::string_view part) noexcept;
    [[nodiscard]] bool take_back(std::size_t count) noexcept;
    [[nodiscard]] bool finish_rest() noexcept;

    UniqueFd fd_;
    Kind kind_ = Kind::file;
    std::uint64_t identity_ = 0;
    LogShare* share_ = nullptr;
    UniqueFd splice_from_;  ///< a pipe of our own, for a foreign one
    UniqueFd splice_to_;
};

}  // namespace curfew::worker
