#include "worker/access_log/log_output.h"

#include "handlers/context/kernel_wait.h"
#include "worker/os/log_file.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <climits>
#include <string>
#include <utility>

namespace curfew::worker {

namespace {

/// What a terminal that has room for anything has room for.
constexpr std::size_t least_room = 256;

struct stat status_of(int fd) {
    struct stat status {};
    checked(::fstat(fd, &status), "fstat");
    return status;
}

UniqueFd duplicate(int fd) { return checked_fd(::fcntl(fd, F_DUPFD_CLOEXEC, 3), "fcntl"); }

/// The same pipe or terminal with a description of our own; nothing if we may not.
UniqueFd reopen(int fd) {
    const auto path = "/proc/self/fd/" + std::to_string(fd);
    UniqueFd own(::open(path.c_str(), O_WRONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC));
    if (own && own.get() < 3) return duplicate(own.get());
    return own;
}

/// The size of all that is whole.
std::size_t whole_lines(std::string_view lines) noexcept { return lines.rfind('\n') + 1; }

}  // namespace

LogOutput::LogOutput(UniqueFd fd, Kind kind) : fd_(std::move(fd)), kind_(kind) {
    const auto status = status_of(fd_.get());
    identity_ = LogShare::identity(status);
    share_ = &LogShare::of(status);
    if (kind_ != Kind::foreign_pipe) return;
    std::array<int, 2> ends{};
    checked(::pipe2(ends.data(), O_CLOEXEC | O_NONBLOCK), "pipe2");
    splice_from_.reset(ends[0]);
    splice_to_.reset(ends[1]);
}

LogOutput LogOutput::of(int fd) {
    const auto mode = status_of(fd).st_mode;
    if (S_ISSOCK(mode)) return {duplicate(fd), Kind::socket};
    if (!S_ISFIFO(mode) && !S_ISCHR(mode)) return {duplicate(fd), Kind::file};
    auto own = reopen(fd);
    if (S_ISFIFO(mode)) {
        if (!own) return {duplicate(fd), Kind::foreign_pipe};
        return {std::move(own), Kind::pipe};
    }
    if (!own) return {duplicate(fd), Kind::device};
    const bool is_terminal = ::isatty(own.get()) == 1;
    return {std::move(own), is_terminal ? Kind::terminal : Kind::file};
}

LogOutput LogOutput::standard(int fd) {
    static std::array<LogOutput, 3> opened;
    auto& first = opened.at(static_cast<std::size_t>(fd));
    if (!first) first = of(fd);
    return {duplicate(first.fd_.get()), first.kind_};
}

LogOutput LogOutput::open(const char* path) {
    auto file = open_log_file(path);
    const auto mode = status_of(file.get()).st_mode;
    if (S_ISFIFO(mode)) return {std::move(file), Kind::pipe};
    const bool is_terminal = ::isatty(file.get()) == 1;
    return {std::move(file), is_terminal ? Kind::terminal : Kind::file};
}

std::size_t LogOutput::write(std::string_view lines) noexcept {
    const auto turn = share_->take_turn();
    if (turn == 0) {
        errno = EAGAIN;
        return 0;
    }
    std::size_t written = 0;
    while (finish_rest() && written < lines.size()) {
        const auto left = lines.substr(written);
        const auto size = write_part(left.substr(0, next_size(left)));
        if (size == 0) break;
        written += size;
    }
    const int reason = errno;
    share_->end_turn(turn);
    errno = reason;
    return written;
}

/// What goes into one call: to a pipe, what the kernel writes whole or not at all, if it can.
std::size_t LogOutput::next_size(std::string_view lines) const noexcept {
    if (kind_ == Kind::file) return lines.size();
    const auto fitting = whole_lines(lines.substr(0, PIPE_BUF));
    return fitting > 0 ? fitting : lines.find('\n') + 1;
}

/// Returns how much of it need not be written again: whole lines.
std::size_t LogOutput::write_part(std::string_view part) noexcept {
    const auto count = put(part);
    if (count <= 0) return 0;
    const auto written = static_cast<std::size_t>(count);
    const auto whole = whole_lines(part.substr(0, written));
    if (whole == written) return whole;
    if (take_back(written - whole)) {
        errno = ENOSPC;
        return whole;
    }
    const auto end = part.find('\n', whole) + 1;
    share_->keep_rest(identity_, part.substr(written, end - written));
    return end;
}

/// As write(2) to a descriptor that does not block.
ssize_t LogOutput::put(std::string_view part) noexcept {
    switch (kind_) {
        case Kind::socket:
            return ::send(fd_.get(), part.data(), part.size(), MSG_DONTWAIT | MSG_NOSIGNAL);
        case Kind::foreign_pipe:
            return splice_in(part.substr(0, PIPE_BUF));
        case Kind::device: {
            pollfd room{.fd = fd_.get(), .events = POLLOUT, .revents = 0};
            if (kernel_wait(&room, 1, Deadline::in(Duration::zero())) <= 0) {
                errno = EAGAIN;
                return -1;
            }
            part = part.substr(0, least_room);
            break;
        }
        default:
            break;
    }
    return ::write(fd_.get(), part.data(), part.size());
}

/// Through a pipe of our own that is empty before and after: up to PIPE_BUF bytes are one buffer
/// in it, which moves whole or not at all.
ssize_t LogOutput::splice_in(std::string_view part) noexcept {
    const auto count = ::write(splice_to_.get(), part.data(), part.size());
    if (count <= 0) return count;
    const auto moved =
        ::splice(splice_from_.get(), nullptr, fd_.get(), nullptr, part.size(), SPLICE_F_NONBLOCK);
    const int reason = errno;
    for (auto left = count - std::max<ssize_t>(moved, 0); left > 0;) {
        std::array<char, PIPE_BUF> unmoved;
        const auto taken = ::read(splice_from_.get(), unmoved.data(), unmoved.size());
        if (taken <= 0) break;
        left -= taken;
    }
    errno = reason;
    return moved;
}

/// A part of a line at the end of a file goes again, if it still is the end.
bool LogOutput::take_back(std::size_t count) noexcept {
    const int reason = errno;
    const auto end = kind_ == Kind::file ? ::lseek(fd_.get(), 0, SEEK_CUR) : -1;
    struct stat status {};
    const auto begin = end - static_cast<off_t>(count);
    const bool done = end >= 0 && ::fstat(fd_.get(), &status) == 0 && S_ISREG(status.st_mode) &&
                      status.st_size == end && ::ftruncate(fd_.get(), begin) == 0 &&
                      ::lseek(fd_.get(), begin, SEEK_SET) == begin;
    errno = reason;
    return done;
}

/// False if there is still something missing of a line.
bool LogOutput::finish_rest() noexcept {
    for (auto rest = share_->rest(identity_); !rest.empty(); rest = share_->rest(identity_)) {
        const auto count = put(rest);
        if (count <= 0) return false;
        share_->drop_from_rest(static_cast<std::size_t>(count));
    }
    return true;
}

void LogOutput::await_room(Deadline limit) const noexcept {
    pollfd room{.fd = fd_.get(), .events = POLLOUT, .revents = 0};
    const auto soon = std::min(limit, Deadline::in(std::chrono::milliseconds(10)));
    const bool ready = kernel_wait(&room, 1, soon) != 0;
    // It is another's turn, or a file's disk is full.
    if (ready) kernel_wait(nullptr, 0, std::min(limit, Deadline::in(std::chrono::milliseconds(1))));
}

}  // namespace curfew::worker
