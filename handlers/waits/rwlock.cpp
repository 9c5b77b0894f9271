// The read-write locks of libc: see README.md in this folder.
#include "callers.h"
#include "clocks.h"
#include "parking_lot.h"
#include "real.h"
#include "waits_on.h"

#include <pthread.h>

#include <cerrno>
#include <climits>

namespace curfew {

namespace {

using Function = int (*)(pthread_rwlock_t*);
using Timed = int (*)(pthread_rwlock_t*, const timespec*);
using Clocked = int (*)(pthread_rwlock_t*, clockid_t, const timespec*);

/// libc's functions for one way of locking.
struct Way {
    Real<Function> lock;
    Real<Function> attempt;
    Real<Timed> timed;
    Real<Clocked> clocked;
};

constinit Way reading{
    Real<Function>("pthread_rwlock_rdlock"), Real<Function>("pthread_rwlock_tryrdlock"),
    Real<Timed>("pthread_rwlock_timedrdlock"), Real<Clocked>("pthread_rwlock_clockrdlock")};
constinit Way writing{
    Real<Function>("pthread_rwlock_wrlock"), Real<Function>("pthread_rwlock_trywrlock"),
    Real<Timed>("pthread_rwlock_timedwrlock"), Real<Clocked>("pthread_rwlock_clockwrlock")};
constinit Real<Function> real_unlock("pthread_rwlock_unlock");

int limited_lock(Way& way, pthread_rwlock_t& lock, Deadline asked) noexcept {
    if (must_park()) {
        return park_until(&lock, asked, [&way, &lock] { return way.attempt(&lock); });
    }
    const auto end = current_context.postponed(std::min(asked, current_context.deadline));
    if (end.is_never()) return way.lock(&lock);
    const auto time = to_timespec(end);
    const int result = way.clocked(&lock, CLOCK_MONOTONIC, &time);
    // It may have ended at the limit of a function that has ended meanwhile.
    if (result != ETIMEDOUT || !current_context.lose_borrowed_limit()) return result;
    return limited_lock(way, lock, asked);
}

/// At the deadline EDEADLK, because std::shared_mutex takes every other error for success.
int lock_or_wait_on(Way& way, pthread_rwlock_t& lock, const void* return_address) noexcept {
    const int result = limited_lock(way, lock, Deadline::never());
    if (result != ETIMEDOUT) return result;
    if (learns_of_timeouts(return_address)) return EDEADLK;
    const WaitsOn waits_on("pthread_rwlock");
    return limited_lock(way, lock, Deadline::never());
}

int lock_until(Way& way, pthread_rwlock_t& lock, const timespec& time) noexcept {
    if ((unlimited() && !current_context.killed_at) || !is_valid(time)) {
        return way.timed(&lock, &time);
    }
    const auto asked = deadline_of(CLOCK_REALTIME, time);
    return unlimited(asked) ? way.timed(&lock, &time) : limited_lock(way, lock, asked);
}

int lock_until(Way& way, pthread_rwlock_t& lock, clockid_t clock, const timespec& time) noexcept {
    const bool known = clock == CLOCK_MONOTONIC || clock == CLOCK_REALTIME;
    if ((unlimited() && !current_context.killed_at) || !is_valid(time) || !known) {
        return way.clocked(&lock, clock, &time);
    }
    const auto asked = deadline_of(clock, time);
    return unlimited(asked) ? way.clocked(&lock, clock, &time) : limited_lock(way, lock, asked);
}

}  // namespace

}  // namespace curfew

extern "C" {

int pthread_rwlock_rdlock(pthread_rwlock_t* lock) noexcept {
    using namespace curfew;
    if (unlimited()) [[likely]]
        return reading.lock(lock);
    return lock_or_wait_on(reading, *lock, __builtin_return_address(0));
}

int pthread_rwlock_wrlock(pthread_rwlock_t* lock) noexcept {
    using namespace curfew;
    if (unlimited()) [[likely]]
        return writing.lock(lock);
    return lock_or_wait_on(writing, *lock, __builtin_return_address(0));
}

int pthread_rwlock_timedrdlock(pthread_rwlock_t* lock, const timespec* until) noexcept {
    return curfew::lock_until(curfew::reading, *lock, *until);
}

int pthread_rwlock_timedwrlock(pthread_rwlock_t* lock, const timespec* until) noexcept {
    return curfew::lock_until(curfew::writing, *lock, *until);
}

int pthread_rwlock_clockrdlock(pthread_rwlock_t* lock, clockid_t clock,
                               const timespec* until) noexcept {
    return curfew::lock_until(curfew::reading, *lock, clock, *until);
}

int pthread_rwlock_clockwrlock(pthread_rwlock_t* lock, clockid_t clock,
                               const timespec* until) noexcept {
    return curfew::lock_until(curfew::writing, *lock, clock, *until);
}

int pthread_rwlock_unlock(pthread_rwlock_t* lock) noexcept {
    using namespace curfew;
    const int result = real_unlock(lock);
    if (result == 0 && anybody_parked()) [[unlikely]]
        wake_parked(lock, INT_MAX);
    return result;
}

}  // extern "C"
