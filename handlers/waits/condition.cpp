// The condition variables of libc: see README.md in this folder.
#include "../base/error.h"
#include "callers.h"
#include "clocks.h"
#include "mutex.h"
#include "parking_lot.h"
#include "real.h"
#include "waits_on.h"

#include <pthread.h>

#include <cerrno>
#include <climits>
#include <optional>

namespace curfew {

namespace {

#if defined __SANITIZE_THREAD__
constexpr const char* version = nullptr;  // the sanitizer's functions have none
#elif defined __x86_64__
constexpr const char* version = "GLIBC_2.3.2";
#else
constexpr const char* version = "GLIBC_2.17";
#endif

constinit Real<int (*)(pthread_cond_t*, pthread_mutex_t*)> real_wait("pthread_cond_wait", version);
constinit Real<int (*)(pthread_cond_t*, pthread_mutex_t*, const timespec*)> real_timedwait(
    "pthread_cond_timedwait", version);
constinit Real<int (*)(pthread_cond_t*, pthread_mutex_t*, clockid_t, const timespec*)>
    real_clockwait("pthread_cond_clockwait");
constinit Real<int (*)(pthread_cond_t*)> real_signal("pthread_cond_signal", version);
constinit Real<int (*)(pthread_cond_t*)> real_broadcast("pthread_cond_broadcast", version);

/// What libc keeps in __wrefs beside the number of waiters.
constexpr unsigned shared_flag = 1;
constexpr unsigned monotonic_flag = 2;

bool has_flag(const pthread_cond_t& condition, unsigned flag) noexcept {
    return (__atomic_load_n(&condition.__data.__wrefs, __ATOMIC_RELAXED) & flag) != 0;
}

/// How a wait has ended.
enum class End { woken, timed_out, limit };

/// Waits in the parking lot, also on a thread: libc's wait would have to be ended and begun again
/// to look at a cancel token, and would miss a signal in between.
///
/// No signal is lost: the entry is there before the mutex is unlocked, and who signals for a change
/// that was made under the mutex has locked it afterwards, so that he sees the entry.
End parked_wait(pthread_cond_t& condition, pthread_mutex_t& mutex, Deadline asked,
                const void* return_address, int& error) {
    // Of other processes only the change is seen, so that the caller has to look for it often.
    const auto look_again =
        has_flag(condition, shared_flag) ? Deadline::in(SafetyNet::first) : Deadline::never();
    Parked entry(&condition);
    error = ::pthread_mutex_unlock(&mutex);
    if (error != 0) return End::woken;
    std::optional<WaitsOn> waits_on;
    auto end = End::woken;
    while (!entry.woken() && !look_again.passed()) {
        if (current_context.postponed(asked).passed()) {
            end = End::timed_out;
            break;
        }
        if (current_context.expired()) {
            const bool is_told = !asked.is_never() && !looks_at_the_time(return_address);
            if (is_told || takes_exceptions(return_address)) {
                end = End::limit;
                break;
            }
            waits_on.emplace("pthread_cond_wait");
        }
        entry.wait(std::min(asked, look_again));
        entry.quiet();
    }
    // A signal that has come at the last moment counts, because nobody else has got it.
    if (entry.leave()) end = End::woken;
    error = unlimited_lock(mutex);
    return end;
}

/// The caller has the mutex, whether this returns or throws.
int wait(pthread_cond_t& condition, pthread_mutex_t& mutex, Deadline asked,
         const void* return_address) {
    int error = 0;
    const auto end = parked_wait(condition, mutex, asked, return_address, error);
    if (error != 0 || end == End::woken) return error;
    // The C++ library would ask the clock, and wait again and again until the time that was asked.
    if (end == End::limit && takes_exceptions(return_address)) {
        throw TimeoutError("the time limit has passed, in a wait for a condition variable");
    }
    return ETIMEDOUT;
}

}  // namespace

}  // namespace curfew

extern "C" {

int pthread_cond_wait(pthread_cond_t* condition, pthread_mutex_t* mutex) {
    using namespace curfew;
    if (unlimited()) [[likely]]
        return real_wait(condition, mutex);
    return wait(*condition, *mutex, Deadline::never(), __builtin_return_address(0));
}

int pthread_cond_timedwait(pthread_cond_t* condition, pthread_mutex_t* mutex,
                           const timespec* until) {
    using namespace curfew;
    if ((unlimited() && !current_context.killed_at) || !is_valid(*until)) {
        return real_timedwait(condition, mutex, until);
    }
    const auto clock = has_flag(*condition, monotonic_flag) ? CLOCK_MONOTONIC : CLOCK_REALTIME;
    const auto asked = deadline_of(clock, *until);
    if (unlimited(asked)) return real_timedwait(condition, mutex, until);
    return wait(*condition, *mutex, asked, __builtin_return_address(0));
}

int pthread_cond_clockwait(pthread_cond_t* condition, pthread_mutex_t* mutex, clockid_t clock,
                           const timespec* until) {
    using namespace curfew;
    const bool known = clock == CLOCK_MONOTONIC || clock == CLOCK_REALTIME;
    if ((unlimited() && !current_context.killed_at) || !is_valid(*until) || !known) {
        return real_clockwait(condition, mutex, clock, until);
    }
    const auto asked = deadline_of(clock, *until);
    if (unlimited(asked)) return real_clockwait(condition, mutex, clock, until);
    return wait(*condition, *mutex, asked, __builtin_return_address(0));
}

/// Either one in the parking lot or one inside libc: a signal is for one.
int pthread_cond_signal(pthread_cond_t* condition) noexcept {
    using namespace curfew;
    if (anybody_parked() && wake_parked(condition, 1) > 0) [[unlikely]]
        return 0;
    return real_signal(condition);
}

int pthread_cond_broadcast(pthread_cond_t* condition) noexcept {
    using namespace curfew;
    if (anybody_parked()) [[unlikely]]
        wake_parked(condition, INT_MAX);
    return real_broadcast(condition);
}

}  // extern "C"
