#include "master/pipe_sink.h"

#include "handlers/deadline.h"
#include "handlers/timeouts/kernel_wait.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <climits>
#include <string>
#include <utility>

namespace curfew::master {

namespace {

/// How long a line may wait, if the one before has been written.
constexpr std::chrono::milliseconds patience(100);

}  // namespace

std::shared_ptr<PipeSink> PipeSink::of(int fd) {
    struct stat status {};
    if (::fstat(fd, &status) != 0) return nullptr;
    const bool is_socket = S_ISSOCK(status.st_mode);
    if (!is_socket && !S_ISFIFO(status.st_mode)) return nullptr;
    // A pipe that is opened anew has a mode of its own: others who write to it still wait. One of
    // another user's cannot be; then only somebody who fills it just before a line makes that wait.
    const auto path = "/proc/self/fd/" + std::to_string(fd);
    UniqueFd own;
    if (!is_socket) own.reset(::open(path.c_str(), O_WRONLY | O_NONBLOCK | O_CLOEXEC));
    if (!own) own.reset(::fcntl(fd, F_DUPFD_CLOEXEC, 3));
    if (!own) return nullptr;
    return std::make_shared<PipeSink>(std::move(own), is_socket);
}

void PipeSink::sink_it_(const spdlog::details::log_msg& message) {
    if (std::exchange(pid_, ::getpid()) != ::getpid()) lost_ = 0;  // that was our parent's
    if (lost_ > 0) {
        const auto words =
            fmt::format("{} lost: nobody has read {} in time",
                        lost_ == 1 ? "1 line is" : std::to_string(lost_) + " lines are",
                        lost_ == 1 ? "it" : "them");
        const spdlog::details::log_msg note(message.logger_name, spdlog::level::warn, words);
        if (put(note)) lost_ = 0;
    }
    stuck_ = lost_ > 0 || !put(message);
    if (stuck_) ++lost_;
}

bool PipeSink::put(const spdlog::details::log_msg& message) {
    spdlog::memory_buf_t line;
    if (torn_) line.push_back('\n');
    formatter_->format(message, line);
    return put(std::string_view(line.data(), line.size()));
}

bool PipeSink::put(std::string_view text) noexcept {
    const auto give_up = Deadline::in(stuck_ ? Duration::zero() : patience);
    while (!text.empty()) {
        pollfd room{.fd = fd_.get(), .events = POLLOUT, .revents = 0};
        if (kernel_wait(&room, 1, give_up) == 0) return false;
        const auto part = std::min<std::size_t>(text.size(), PIPE_BUF);  // for which there is room
        const auto size = is_socket_
                              ? ::send(fd_.get(), text.data(), part, MSG_DONTWAIT | MSG_NOSIGNAL)
                              : ::write(fd_.get(), text.data(), part);
        if (size < 0 && errno != EAGAIN && errno != EINTR) return false;
        text.remove_prefix(static_cast<std::size_t>(std::max<ssize_t>(size, 0)));
        if (size > 0) torn_ = !text.empty();
    }
    return true;
}

}  // namespace curfew::master
