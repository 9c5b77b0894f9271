#pragma once

#include "handlers/base/deadline.h"
#include "handlers/base/unique_fd.h"
#include "worker/shared/log_share.h"

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace curfew::worker {

/// Where a log goes: a file, pipe, socket or terminal, to which any number of this server's
/// processes write whole lines and for which none of them ever waits.
///
/// O_NONBLOCK belongs to the open file description, which for standard output and error is shared
/// with strangers. So a pipe or terminal is opened anew, through /proc/self/fd, to have a
/// description of our own; a socket has MSG_DONTWAIT. A pipe that may not be opened anew, because
/// it was made by another user, is written to by splice(), which need not wait either.
class LogOutput {
  public:
    LogOutput() noexcept = default;

    /// What `fd` refers to, which stays open and as it is. Throws std::system_error.
    [[nodiscard]] static LogOutput of(int fd);

    /// The same of standard output or error. It is opened anew by the first call, which should come
    /// while the process still is the user who may do that; the others have what that has opened.
    [[nodiscard]] static LogOutput standard(int fd);

    /// Opens a log for appending, and makes it if need be. Throws std::system_error.
    [[nodiscard]] static LogOutput open(const char* path);

    explicit operator bool() const noexcept { return static_cast<bool>(fd_); }

    /// Writes as many of these lines as there is room for now. Each ends with a newline and is no
    /// longer than LogShare::longest_line. Returns the size of those; if that is not all of them,
    /// errno says why. Of a line that counts as written the end may be missing still if it is
    /// longer than PIPE_BUF: then any process's next call begins with it.
    [[nodiscard]] std::size_t write(std::string_view lines) noexcept;

    /// False if the end of a line is missing still.
    [[nodiscard]] bool settled() const noexcept { return share_->rest(identity_).empty(); }

    /// Waits until there may be room, but not beyond that.
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
