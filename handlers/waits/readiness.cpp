#include "readiness.h"

#include <poll.h>
#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <span>

namespace curfew {

namespace {

constexpr unsigned most_waits_in_vain = 64;

bool is_socket(const pollfd& each) noexcept {
    struct stat status {};
    return each.fd < 0 || (::fstat(each.fd, &status) == 0 && S_ISSOCK(status.st_mode));
}

}  // namespace

int limited_readiness(pollfd* fds, unsigned long count, Deadline asked,
                      const sigset_t* mask) noexcept {
    const int ready = limited_poll(fds, count, asked, mask);
    const bool in_vain = ready == 0 && count > 0 && current_context.expired();
    if (!in_vain || current_context.waits_in_vain <= most_waits_in_vain) return ready;
    errno = ETIMEDOUT;
    return -1;
}

int limited_poll_or_failure(pollfd* fds, unsigned long count, Deadline asked,
                            const sigset_t* mask) noexcept {
    const int ready = limited_readiness(fds, count, asked, mask);
    const std::span all(fds, count);
    if (ready != 0 || count == 0 || !asked.is_never() || !std::ranges::all_of(all, is_socket)) {
        return ready;
    }
    current_context.sockets_failed = true;
    int failed = 0;
    for (auto& each : all) {
        if (each.fd < 0) continue;
        each.revents = static_cast<short>((each.events & (POLLIN | POLLOUT)) | POLLERR);
        ++failed;
    }
    return failed;
}

ssize_t or_failure(ssize_t result) noexcept {
    if (result < 0 && errno == EAGAIN && current_context.sockets_failed &&
        current_context.expired()) {
        errno = ETIMEDOUT;
    }
    return result;
}

}  // namespace curfew
