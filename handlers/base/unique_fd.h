#pragma once

#include <unistd.h>

#include <cerrno>
#include <system_error>
#include <utility>

namespace curfew {

/// Owns a file descriptor and closes it. Passing one by value hands the descriptor over; a plain
/// `int` parameter only uses it.
class UniqueFd {
  public:
    UniqueFd() noexcept = default;
    explicit UniqueFd(int fd) noexcept : fd_(fd) {}
    UniqueFd(UniqueFd&& other) noexcept : fd_(other.release()) {}
    UniqueFd& operator=(UniqueFd&& other) noexcept {
        reset(other.release());
        return *this;
    }
    ~UniqueFd() { reset(); }

    [[nodiscard]] int get() const noexcept { return fd_; }
    explicit operator bool() const noexcept { return fd_ >= 0; }

    /// Gives the descriptor up without closing it.
    [[nodiscard]] int release() noexcept { return std::exchange(fd_, -1); }

    void reset(int fd = -1) noexcept {
        const int old = std::exchange(fd_, fd);
        if (old >= 0) ::close(old);
    }

  private:
    int fd_ = -1;
};

/// `result` unless it is negative: then throws std::system_error with errno, naming the failed
/// call.
inline int checked(int result, const char* call) {
    if (result < 0) throw std::system_error(errno, std::generic_category(), call);
    return result;
}

/// Takes ownership of what a call returned: `epoll_ = checked_fd(::epoll_create1(0),
/// "epoll_create1")`.
[[nodiscard]] inline UniqueFd checked_fd(int result, const char* call) {
    return UniqueFd{checked(result, call)};
}

}  // namespace curfew
