// The mutexes of libc: see README.md in this folder.
#include "mutex.h"

#include "callers.h"
#include "clocks.h"
#include "fiber_owners.h"
#include "parking_lot.h"
#include "real.h"
#include "waits_on.h"

#include <sys/types.h>
#include <unistd.h>

#include <cerrno>

namespace curfew {

namespace {

using Owner = FiberOwners::Owner;
using Function = int (*)(pthread_mutex_t*);

constinit Real<Function> real_lock("pthread_mutex_lock");
constinit Real<Function> real_trylock("pthread_mutex_trylock");
constinit Real<Function> real_unlock("pthread_mutex_unlock");
constinit Real<int (*)(pthread_mutex_t*, const timespec*)> real_timedlock(
    "pthread_mutex_timedlock");
constinit Real<int (*)(pthread_mutex_t*, clockid_t, const timespec*)> real_clocklock(
    "pthread_mutex_clocklock");

/// EOWNERDEAD: of a robust mutex, whose owner has died. It is locked nevertheless.
bool is_locked(int result) noexcept { return result == 0 || result == EOWNERDEAD; }

/// Without waiting, and so that the fibers of this thread exclude each other.
int try_on_fiber(pthread_mutex_t& mutex) noexcept {
    if (!FiberOwners::apply_to(mutex)) return real_trylock(&mutex);
    const auto owner = FiberOwners::owner_of(mutex);
    if (owner == Owner::another_fiber) return EBUSY;
    if (owner == Owner::this_fiber && !FiberOwners::is_recursive(mutex)) return EBUSY;
    if (!FiberOwners::reserve()) return EAGAIN;
    const int result = real_trylock(&mutex);
    if (is_locked(result)) FiberOwners::locked(mutex);
    return result;
}

/// What an error-checking mutex says to its owner.
bool would_deadlock(pthread_mutex_t& mutex) noexcept {
    if (!FiberOwners::apply_to(mutex) || FiberOwners::is_recursive(mutex)) return false;
    return on_fiber() ? FiberOwners::owner_of(mutex) == Owner::this_fiber
                      : mutex.__data.__owner == ::gettid();
}

int parked_lock(pthread_mutex_t& mutex, Deadline asked) noexcept {
    if (would_deadlock(mutex)) return EDEADLK;
    const bool fiber = on_fiber();
    return park_until(&mutex, asked, [&mutex, fiber] {
        return fiber ? try_on_fiber(mutex) : real_trylock(&mutex);
    });
}

int lock(pthread_mutex_t& mutex, const void* return_address) noexcept {
    const int result = limited_lock(mutex, Deadline::never());
    if (result != ETIMEDOUT || learns_of_timeouts(return_address)) return result;
    const WaitsOn waits_on("pthread_mutex_lock");
    return limited_lock(mutex, Deadline::never());
}

int unlock_on_fiber(pthread_mutex_t& mutex) noexcept {
    if (FiberOwners::apply_to(mutex) && FiberOwners::owner_of(mutex) == Owner::another_fiber) {
        return EPERM;
    }
    return real_unlock(&mutex);
}

/// The mutex itself may not be there any more: only its address is used.
[[gnu::noinline]] void tell_the_parked(pthread_mutex_t& mutex) noexcept {
    FiberOwners::unlocked(mutex);
    wake_parked(&mutex, 1);
}

}  // namespace

int limited_lock(pthread_mutex_t& mutex, Deadline asked) noexcept {
    if (must_park()) return parked_lock(mutex, asked);
    const auto end = current_context.postponed(std::min(asked, current_context.deadline));
    if (end.is_never()) return real_lock(&mutex);
    const auto time = to_timespec(end);
    const int result = real_clocklock(&mutex, CLOCK_MONOTONIC, &time);
    // It may have ended at the limit of a function that has ended meanwhile.
    if (result != ETIMEDOUT || !current_context.lose_borrowed_limit()) return result;
    return limited_lock(mutex, asked);
}

int unlimited_lock(pthread_mutex_t& mutex) noexcept {
    const ContextScope scope(context_without_limit());
    return limited_lock(mutex, Deadline::never());
}

}  // namespace curfew

extern "C" {

int pthread_mutex_lock(pthread_mutex_t* mutex) noexcept {
    using namespace curfew;
    if (unlimited()) [[likely]]
        return real_lock(mutex);
    return lock(*mutex, __builtin_return_address(0));
}

int pthread_mutex_trylock(pthread_mutex_t* mutex) noexcept {
    using namespace curfew;
    return current_context.parking ? try_on_fiber(*mutex) : real_trylock(mutex);
}

int pthread_mutex_timedlock(pthread_mutex_t* mutex, const timespec* until) noexcept {
    using namespace curfew;
    if ((unlimited() && !current_context.killed_at) || !is_valid(*until)) {
        return real_timedlock(mutex, until);
    }
    const auto asked = deadline_of(CLOCK_REALTIME, *until);
    return unlimited(asked) ? real_timedlock(mutex, until) : limited_lock(*mutex, asked);
}

int pthread_mutex_clocklock(pthread_mutex_t* mutex, clockid_t clock,
                            const timespec* until) noexcept {
    using namespace curfew;
    const bool known = clock == CLOCK_MONOTONIC || clock == CLOCK_REALTIME;
    if ((unlimited() && !current_context.killed_at) || !is_valid(*until) || !known) {
        return real_clocklock(mutex, clock, until);
    }
    const auto asked = deadline_of(clock, *until);
    return unlimited(asked) ? real_clocklock(mutex, clock, until) : limited_lock(*mutex, asked);
}

int pthread_mutex_unlock(pthread_mutex_t* mutex) noexcept {
    using namespace curfew;
    const int result = current_context.parking ? unlock_on_fiber(*mutex) : real_unlock(mutex);
    if (result == 0 && anybody_parked()) [[unlikely]]
        tell_the_parked(*mutex);
    return result;
}

}  // extern "C"
