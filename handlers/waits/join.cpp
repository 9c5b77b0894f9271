// Waits for the end of threads: see README.md in this folder.
#include "clocks.h"
#include "parking_lot.h"
#include "real.h"
#include "waits_on.h"

#include <pthread.h>

#include <algorithm>
#include <cerrno>

namespace curfew {

namespace {

constinit Real<int (*)(pthread_t, void**)> real_join("pthread_join");
constinit Real<int (*)(pthread_t, void**)> real_tryjoin("pthread_tryjoin_np");
constinit Real<int (*)(pthread_t, void**, const timespec*)> real_timedjoin("pthread_timedjoin_np");
constinit Real<int (*)(pthread_t, void**, clockid_t, const timespec*)> real_clockjoin(
    "pthread_clockjoin_np");

constexpr Duration shortest = std::chrono::microseconds(100);
constexpr Duration longest = std::chrono::milliseconds(2);

/// The kernel tells of a thread's end by a futex alone, so this looks again and again.
int parked_join(pthread_t thread, void** value, Deadline asked) noexcept {
    if (::pthread_equal(thread, ::pthread_self())) return EDEADLK;
    const int before = errno;
    int result = EBUSY;
    for (auto pause = shortest; true; pause = std::min(2 * pause, longest)) {
        result = real_tryjoin(thread, value);
        if (result == EBUSY && wait_is_over(asked)) result = ETIMEDOUT;
        if (result != EBUSY) break;
        limited_poll(nullptr, 0, std::min(asked, Deadline::in(pause)));
    }
    errno = before;
    return result;
}

int limited_join(pthread_t thread, void** value, Deadline asked) noexcept {
    if (must_park()) return parked_join(thread, value, asked);
    const auto end = current_context.postponed(std::min(asked, current_context.deadline));
    if (end.is_never()) return real_join(thread, value);
    const auto time = to_timespec(end);
    return real_clockjoin(thread, value, CLOCK_MONOTONIC, &time);
}

}  // namespace

}  // namespace curfew

extern "C" {

/// Goes on at the limit. Who does not look at the result would free what the thread still uses. And
/// who throws it, as std::thread::join() does, destroys a std::thread that is still joinable, which
/// ends the process. A thread that was started under the limit has the limit as well, so it ends.
int pthread_join(pthread_t thread, void** value) {
    using namespace curfew;
    if (unlimited()) return real_join(thread, value);
    const WaitsOn waits_on("pthread_join");
    return limited_join(thread, value, Deadline::never());
}

int pthread_timedjoin_np(pthread_t thread, void** value, const timespec* until) {
    using namespace curfew;
    if ((unlimited() && !current_context.killed_at) || !until || !is_valid(*until)) {
        return real_timedjoin(thread, value, until);
    }
    const auto asked = deadline_of(CLOCK_REALTIME, *until);
    if (unlimited(asked)) return real_timedjoin(thread, value, until);
    return limited_join(thread, value, asked);
}

int pthread_clockjoin_np(pthread_t thread, void** value, clockid_t clock, const timespec* until) {
    using namespace curfew;
    const bool known = clock == CLOCK_MONOTONIC || clock == CLOCK_REALTIME;
    if ((unlimited() && !current_context.killed_at) || !until || !is_valid(*until) || !known) {
        return real_clockjoin(thread, value, clock, until);
    }
    const auto asked = deadline_of(clock, *until);
    if (unlimited(asked)) return real_clockjoin(thread, value, clock, until);
    return limited_join(thread, value, asked);
}

}  // extern "C"
