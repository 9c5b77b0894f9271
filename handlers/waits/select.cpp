// select(2) and pselect(2), which replace libc's own: see README.md in this folder.
#include "../base/timespec.h"
#include "libc_function.h"
#include "readiness.h"

#include <poll.h>
#include <sys/select.h>
#include <sys/syscall.h>

#include <algorithm>
#include <array>
#include <cerrno>

namespace curfew {

namespace {

/// After a wait that was for nothing.
constexpr Duration pause_between_tries = std::chrono::milliseconds(1);

Duration to_duration(const timeval& time) noexcept {
    return curfew::to_duration(timespec{.tv_sec = time.tv_sec, .tv_nsec = time.tv_usec * 1000});
}

constexpr auto raw_pselect = [](int count, fd_set* in, fd_set* out, fd_set* urgent,
                                const timespec* timeout, const sigset_t* mask) {
    timespec copy = timeout ? *timeout : timespec{};
    const struct {
        const sigset_t* mask;
        std::size_t size;
    } signals{mask, _NSIG / 8};
    return ::syscall(SYS_pselect6, count, in, out, urgent, timeout ? &copy : nullptr, &signals);
};

const LibcFunction<int(int, fd_set*, fd_set*, fd_set*, const timespec*, const sigset_t*),
                   raw_pselect>
    libc_pselect("pselect");

/// Not every architecture has a system call select.
constexpr auto raw_select = [](int count, fd_set* in, fd_set* out, fd_set* urgent,
                               timeval* timeout) {
    timespec time{};
    if (timeout) time = to_timespec(to_duration(*timeout));
    return raw_pselect(count, in, out, urgent, timeout ? &time : nullptr, nullptr);
};

const LibcFunction<int(int, fd_set*, fd_set*, fd_set*, timeval*), raw_select> libc_select("select");

/// The sets of a select(), as its caller has them and as they were.
class Sets {
  public:
    Sets(int count, fd_set* in, fd_set* out, fd_set* urgent) noexcept
        : count_(count), theirs_{in, out, urgent} {
        for (std::size_t i = 0; i < theirs_.size(); ++i) {
            if (theirs_[i]) std::copy_n(masks(theirs_[i]), words(), masks(&asked_[i]));
        }
    }

    /// As libc's own, without waiting.
    [[nodiscard]] int look(const sigset_t* mask) noexcept {
        const timespec none{};
        return libc_pselect(count_, theirs_[0], theirs_[1], theirs_[2], &none, mask);
    }

    /// The caller's sets are again what they were.
    void restore() noexcept {
        for (std::size_t i = 0; i < theirs_.size(); ++i) {
            if (theirs_[i]) std::copy_n(masks(&asked_[i]), words(), masks(theirs_[i]));
        }
    }

    void clear() noexcept {
        for (auto* const each : theirs_) {
            if (each) std::fill_n(masks(each), words(), 0);
        }
    }

    /// Waits for those that were asked for, as poll() would.
    [[nodiscard]] int wait(Deadline end, const sigset_t* mask) noexcept {
        std::array<pollfd, FD_SETSIZE> wanted;
        nfds_t number = 0;
        for (int fd = 0; fd < count_; ++fd) {
            const int events = (is_in(0, fd) ? POLLIN | POLLRDNORM | POLLRDBAND : 0) |
                               (is_in(1, fd) ? POLLOUT | POLLWRNORM | POLLWRBAND : 0) |
                               (is_in(2, fd) ? POLLPRI : 0);
            if (events == 0) continue;
            wanted[number++] = {.fd = fd, .events = static_cast<short>(events), .revents = 0};
        }
        return limited_readiness(wanted.data(), number, end, mask);
    }

  private:
    static constexpr std::size_t bits = 8 * sizeof(fd_mask);

    static fd_mask* masks(fd_set* set) noexcept { return reinterpret_cast<fd_mask*>(set); }

    /// As many as the kernel reads and writes: a caller's set may be smaller than an fd_set.
    [[nodiscard]] std::size_t words() const noexcept {
        return (static_cast<std::size_t>(count_) + bits - 1) / bits;
    }

    [[nodiscard]] bool is_in(std::size_t set, int fd) noexcept {
        const auto number = static_cast<std::size_t>(fd);
        const auto word = static_cast<unsigned long>(masks(&asked_[set])[number / bits]);
        return theirs_[set] && (word >> (number % bits) & 1) != 0;
    }

    int count_;
    std::array<fd_set*, 3> theirs_;
    std::array<fd_set, 3> asked_;
};

int limited_select(int count, fd_set* in, fd_set* out, fd_set* urgent, Deadline asked,
                   const sigset_t* mask) noexcept {
    Sets sets(count, in, out, urgent);
    for (bool again = false;; again = true) {
        const int ready = sets.look(mask);
        if (ready != 0 || asked.passed()) return ready;
        sets.restore();
        // poll() tells of a peer that has gone, also those who only want to write.
        if (again) limited_poll(nullptr, 0, std::min(asked, Deadline::in(pause_between_tries)));
        const int found = sets.wait(asked, mask);
        if (found > 0) continue;
        if (found == 0) sets.clear();
        return found;
    }
}

/// Where nothing waits or nothing limits it; for sets that cannot be copied; and for errors.
bool is_for_libc(int count, Duration timeout, Deadline asked) noexcept {
    return timeout <= Duration::zero() || count < 0 || count > FD_SETSIZE || unlimited(asked);
}

}  // namespace

}  // namespace curfew

extern "C" {

int select(int count, fd_set* in, fd_set* out, fd_set* urgent, timeval* timeout) {
    using namespace curfew;
    if (unlimited(timeout != nullptr)) return libc_select(count, in, out, urgent, timeout);
    const auto time = timeout ? to_duration(*timeout) : Duration::max();
    const auto asked = Deadline::in(time);
    if (is_for_libc(count, time, asked)) return libc_select(count, in, out, urgent, timeout);
    const int ready = limited_select(count, in, out, urgent, asked, nullptr);
    if (!timeout) return ready;
    const auto left = to_timespec(asked.remaining());
    *timeout = {.tv_sec = left.tv_sec, .tv_usec = left.tv_nsec / 1000};
    return ready;
}

int pselect(int count, fd_set* in, fd_set* out, fd_set* urgent, const timespec* timeout,
            const sigset_t* mask) {
    using namespace curfew;
    if (unlimited(timeout != nullptr)) return libc_pselect(count, in, out, urgent, timeout, mask);
    const auto time = timeout ? to_duration(*timeout) : Duration::max();
    const auto asked = Deadline::in(time);
    return is_for_libc(count, time, asked) ? libc_pselect(count, in, out, urgent, timeout, mask)
                                           : limited_select(count, in, out, urgent, asked, mask);
}

}  // extern "C"
