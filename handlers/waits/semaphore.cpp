// The semaphores of libc: see README.md in this folder.
#include "clocks.h"
#include "parking_lot.h"
#include "real.h"

#include <semaphore.h>

#include <cerrno>

namespace curfew {

namespace {

constinit Real<int (*)(sem_t*)> real_wait("sem_wait");
constinit Real<int (*)(sem_t*)> real_trywait("sem_trywait");
constinit Real<int (*)(sem_t*)> real_post("sem_post");
constinit Real<int (*)(sem_t*, const timespec*)> real_timedwait("sem_timedwait");
constinit Real<int (*)(sem_t*, clockid_t, const timespec*)> real_clockwait("sem_clockwait");

int failed_with(int error) noexcept {
    if (error == 0) return 0;
    errno = error;
    return -1;
}

/// EBUSY if it would have to wait, otherwise 0 or an error.
int attempt(sem_t& semaphore) noexcept {
    const int before = errno;
    if (real_trywait(&semaphore) == 0) return 0;
    const int error = errno;
    errno = before;
    return error == EAGAIN ? EBUSY : error;
}

/// Found early: sem_post() may be called in signal handlers.
[[gnu::constructor]] void find_early() { (void)real_post.get(); }

int limited_wait(sem_t& semaphore, Deadline asked) noexcept {
    if (must_park()) {
        return failed_with(
            park_until(&semaphore, asked, [&semaphore] { return attempt(semaphore); }));
    }
    const auto end = current_context.postponed(std::min(asked, current_context.deadline));
    if (end.is_never()) return real_wait(&semaphore);
    const auto time = to_timespec(end);
    const int result = real_clockwait(&semaphore, CLOCK_MONOTONIC, &time);
    // It may have ended at the limit of a function that has ended meanwhile.
    if (result == 0 || errno != ETIMEDOUT || !current_context.lose_borrowed_limit()) return result;
    return limited_wait(semaphore, asked);
}

}  // namespace

}  // namespace curfew

extern "C" {

/// At the deadline it fails with ETIMEDOUT: its callers must expect errors, because signals end it.
int sem_wait(sem_t* semaphore) {
    using namespace curfew;
    if (unlimited()) [[likely]]
        return real_wait(semaphore);
    return limited_wait(*semaphore, Deadline::never());
}

int sem_timedwait(sem_t* semaphore, const timespec* until) {
    using namespace curfew;
    if ((unlimited() && !current_context.killed_at) || !is_valid(*until)) {
        return real_timedwait(semaphore, until);
    }
    const auto asked = deadline_of(CLOCK_REALTIME, *until);
    if (unlimited(asked)) return real_timedwait(semaphore, until);
    return limited_wait(*semaphore, asked);
}

int sem_clockwait(sem_t* semaphore, clockid_t clock, const timespec* until) {
    using namespace curfew;
    const bool known = clock == CLOCK_MONOTONIC || clock == CLOCK_REALTIME;
    if ((unlimited() && !current_context.killed_at) || !is_valid(*until) || !known) {
        return real_clockwait(semaphore, clock, until);
    }
    const auto asked = deadline_of(clock, *until);
    if (unlimited(asked)) return real_clockwait(semaphore, clock, until);
    return limited_wait(*semaphore, asked);
}

int sem_post(sem_t* semaphore) noexcept {
    using namespace curfew;
    const int result = real_post(semaphore);
    if (anybody_parked()) [[unlikely]]
        wake_parked(semaphore, 1);
    return result;
}

}  // extern "C"
