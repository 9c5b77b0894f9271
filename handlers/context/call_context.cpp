#include "call_context.h"

#include "../base/error.h"
#include "copies.h"
#include "kernel_wait.h"
#include "own_descriptors.h"

#include <dlfcn.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <climits>
#include <ctime>
#include <new>
#include <utility>
#include <vector>

namespace curfew {

namespace {

thread_local CallContext current;

/// The longest time from a limit to the kill: the stack is read, and other requests of the worker
/// have their grace period.
constexpr Duration most_until_kill = std::chrono::seconds(10);

template <typename Function>
Function next_definition(const char* name) noexcept {
    return reinterpret_cast<Function>(::dlsym(RTLD_NEXT, name));
}

/// How a fiber waits: it polls without waiting, and lets other fibers run until a descriptor may be
/// ready.
int parked_wait(Parking& parking, pollfd* fds, nfds_t count, Deadline deadline) {
    while (true) {
        const int ready = count > 0 ? kernel_wait(fds, count, Deadline::at({})) : 0;
        if (ready != 0 || deadline.passed()) return ready;
        parking.wait(fds, count, deadline);
    }
}

/// Waits for the descriptors that were asked for, and for the token.
int cancellable_wait(pollfd* fds, nfds_t count, Deadline deadline) {
    CancelToken* const token = current.token_ends_waits ? current.token : nullptr;
    const auto wait = [deadline](pollfd* all, nfds_t number) {
        // A copy of the worker has no event loop that could resume a fiber, so it blocks.
        return current.parking && !is_copy() ? parked_wait(*current.parking, all, number, deadline)
                                             : kernel_wait(all, number, deadline);
    };
    if (!token) return wait(fds, count);

    std::array<pollfd, 8> few;
    std::vector<pollfd> many;
    pollfd* all = few.data();
    if (count >= few.size()) {
        many.resize(count + 1);
        all = many.data();
    }
    std::copy_n(fds, count, all);
    all[count] = {.fd = token->fd(), .events = POLLIN, .revents = 0};
    const int ready = wait(all, count + 1);
    for (nfds_t i = 0; i < count; ++i) fds[i].revents = all[i].revents;
    return ready > 0 && all[count].revents != 0 ? ready - 1 : ready;
}

bool unlimited() noexcept { return !current.limits_waits(); }

/// Every interposed wait ends up here. Returns 0, "timed out", as soon as the context has expired.
/// No exception may leave it: the callers are C libraries.
int limited_poll(pollfd* fds, nfds_t count, Deadline asked) noexcept {
    if (current.expired()) {
        for (nfds_t i = 0; i < count; ++i) fds[i].revents = 0;
        return 0;
    }
    try {
        const auto end = current.postponed(std::min(asked, current.deadline));
        return cancellable_wait(fds, count, end);
    } catch (const std::bad_alloc&) {
        errno = ENOMEM;
        return -1;
    }
}

/// The deadline of poll()'s timeout. A timeout of 0, which only looks, has a deadline in the past.
Deadline asked_by(int milliseconds) noexcept {
    if (milliseconds == 0) return Deadline::at({});
    return milliseconds < 0 ? Deadline::never()
                            : Deadline::in(std::chrono::milliseconds(milliseconds));
}

/// True if libc's own wait will do: no limit applies to this one.
bool is_plain(Deadline asked) noexcept { return unlimited() && current.postponed(asked) == asked; }

Duration to_duration(const timespec& time) noexcept {
    return std::chrono::seconds(time.tv_sec) + std::chrono::nanoseconds(time.tv_nsec);
}

}  // namespace

CancelToken::CancelToken() : fd_(checked_fd(::eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC), "eventfd")) {
    protect_descriptor(fd_.get());
}

CancelToken::~CancelToken() { give_up_descriptor(fd_.get()); }

void CancelToken::raise() noexcept {
    const int saved = errno;
    raised_.store(true, std::memory_order_release);
    const std::uint64_t one = 1;
    (void)!::write(fd_.get(), &one, sizeof one);
    errno = saved;
}

void CancelToken::clear() noexcept {
    if (!raised_.exchange(false, std::memory_order_acq_rel)) return;
    std::uint64_t ignored = 0;
    (void)!::read(fd_.get(), &ignored, sizeof ignored);
}

Deadline CallContext::postponed(Deadline asked) const noexcept {
    if (killed_at == nullptr || asked.is_never()) return asked;
    const auto kill = killed_at->load(std::memory_order_relaxed);
    return asked < kill ? asked : std::max(asked, Deadline::after(kill.time(), most_until_kill));
}

CallContext& call_context() noexcept { return current; }

Duration remaining_time() noexcept {
    return std::min(current.limit.remaining(), current.per_operation);
}

ContextScope::ContextScope(const CallContext& context) noexcept : before_(current) {
    current = context;
}

ContextScope::ContextScope(Deadline deadline) noexcept : before_(current) {
    current.deadline = std::min(current.deadline, deadline);
    current.limit = std::min(current.limit, deadline);
}

ContextScope::~ContextScope() { current = before_; }

KilledAtScope::KilledAtScope(const std::atomic<Deadline>& when) noexcept
    : before_(std::exchange(current.killed_at, &when)) {}

KilledAtScope::~KilledAtScope() { current.killed_at = before_; }

void checkpoint() {
    if (current.cancelled() || current.expired()) throw TimeoutError("the time limit has passed");
}

void sleep_for(Duration duration) {
    const auto until = Deadline::in(duration);
    while (!until.passed()) {
        checkpoint();
        limited_poll(nullptr, 0, until);
    }
    checkpoint();
}

}  // namespace curfew

// These functions replace libc's, for this executable and every shared library in it. Code without
// a limit gets libc's own call.
extern "C" {

int poll(pollfd* fds, nfds_t count, int milliseconds) {
    using namespace curfew;
    static const auto real = next_definition<decltype(&::poll)>("poll");
    if (unlimited() && (current.killed_at == nullptr || milliseconds <= 0)) {
        return real(fds, count, milliseconds);
    }
    const auto asked = asked_by(milliseconds);
    if (is_plain(asked)) return real(fds, count, milliseconds);
    return limited_poll(fds, count, asked);
}

/// poll() of code that was compiled with _FORTIFY_SOURCE.
int __poll_chk(pollfd* fds, nfds_t count, int milliseconds, std::size_t) {
    return poll(fds, count, milliseconds);
}

int clock_nanosleep(clockid_t clock, int flags, const timespec* request, timespec* remaining) {
    using namespace curfew;
    static const auto real = next_definition<decltype(&::clock_nanosleep)>("clock_nanosleep");
    if (unlimited() && current.killed_at == nullptr) return real(clock, flags, request, remaining);
    auto duration = to_duration(*request);
    if (flags & TIMER_ABSTIME) {
        timespec now{};
        ::clock_gettime(clock, &now);
        duration -= to_duration(now);
    }
    const auto asked = Deadline::in(duration);
    if (is_plain(asked)) return real(clock, flags, request, remaining);
    // Callers sleep again after EINTR. Only 0, "has slept", makes them return.
    limited_poll(nullptr, 0, asked);
    return 0;
}

int nanosleep(const timespec* request, timespec* remaining) {
    using namespace curfew;
    static const auto real = next_definition<decltype(&::nanosleep)>("nanosleep");
    if (unlimited() && current.killed_at == nullptr) return real(request, remaining);
    return clock_nanosleep(CLOCK_MONOTONIC, 0, request, remaining);
}

unsigned sleep(unsigned seconds) {
    const timespec request{.tv_sec = static_cast<time_t>(seconds), .tv_nsec = 0};
    timespec remaining{};
    if (nanosleep(&request, &remaining) == 0) return 0;
    return static_cast<unsigned>(remaining.tv_sec);
}

int usleep(useconds_t microseconds) {
    const timespec request{.tv_sec = microseconds / 1'000'000,
                           .tv_nsec = static_cast<long>(microseconds % 1'000'000) * 1'000};
    return nanosleep(&request, nullptr);
}

}  // extern "C"
