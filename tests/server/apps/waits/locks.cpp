// Locks that another thread holds, and semaphores.
#include "c_callers.h"
#include "objects.h"
#include "row.h"

#include <pthread.h>
#include <semaphore.h>

#include <ctime>
#include <memory>
#include <optional>

namespace waits {

namespace {

timespec in_twenty_seconds(clockid_t clock = CLOCK_REALTIME) {
    timespec time{};
    ::clock_gettime(clock, &time);
    time.tv_sec += 20;
    return time;
}

struct Mutex {
    explicit Mutex(int type = PTHREAD_MUTEX_NORMAL) {
        pthread_mutexattr_t attributes;
        ::pthread_mutexattr_init(&attributes);
        ::pthread_mutexattr_settype(&attributes, type);
        ::pthread_mutex_init(&mutex, &attributes);
        ::pthread_mutexattr_destroy(&attributes);
        holder.emplace([this] { ::pthread_mutex_lock(&mutex); },
                       [this] { ::pthread_mutex_unlock(&mutex); });
    }
    ~Mutex() {
        holder.reset();
        ::pthread_mutex_destroy(&mutex);
    }

    pthread_mutex_t mutex{};
    std::optional<Holder> holder;
};

template <typename Lock>
Wait mutex_by(Lock lock, int type = PTHREAD_MUTEX_NORMAL) {
    const auto held = std::make_shared<Mutex>(type);
    return {[=] {
                const int error = lock(&held->mutex);
                if (error == 0) ::pthread_mutex_unlock(&held->mutex);
                return ended_by(error);
            },
            [=] { held->holder->release_and_wait(); }};
}

int lock_within_twenty_seconds(pthread_mutex_t* mutex) {
    const auto end = in_twenty_seconds();
    return ::pthread_mutex_timedlock(mutex, &end);
}

int lock_by_clock(pthread_mutex_t* mutex) {
    const auto end = in_twenty_seconds(CLOCK_MONOTONIC);
    return ::pthread_mutex_clocklock(mutex, CLOCK_MONOTONIC, &end);
}

struct ReadWrite {
    ReadWrite() {
        holder.emplace([this] { ::pthread_rwlock_wrlock(&lock); },
                       [this] { ::pthread_rwlock_unlock(&lock); });
    }
    ~ReadWrite() {
        holder.reset();
        ::pthread_rwlock_destroy(&lock);
    }

    pthread_rwlock_t lock = PTHREAD_RWLOCK_INITIALIZER;
    std::optional<Holder> holder;
};

template <typename Lock>
Wait read_write_by(Lock lock) {
    const auto held = std::make_shared<ReadWrite>();
    return {[=] {
                const int error = lock(&held->lock);
                if (error == 0) ::pthread_rwlock_unlock(&held->lock);
                return ended_by(error);
            },
            [=] { held->holder->release_and_wait(); }};
}

int read_within_twenty_seconds(pthread_rwlock_t* lock) {
    const auto end = in_twenty_seconds();
    return ::pthread_rwlock_timedrdlock(lock, &end);
}

int write_within_twenty_seconds(pthread_rwlock_t* lock) {
    const auto end = in_twenty_seconds();
    return ::pthread_rwlock_timedwrlock(lock, &end);
}

int read_by_clock(pthread_rwlock_t* lock) {
    const auto end = in_twenty_seconds(CLOCK_MONOTONIC);
    return ::pthread_rwlock_clockrdlock(lock, CLOCK_MONOTONIC, &end);
}

int write_by_clock(pthread_rwlock_t* lock) {
    const auto end = in_twenty_seconds(CLOCK_MONOTONIC);
    return ::pthread_rwlock_clockwrlock(lock, CLOCK_MONOTONIC, &end);
}

template <typename Take>
Wait semaphore_by(Take take) {
    const auto semaphore = std::make_shared<sem_t>();
    ::sem_init(semaphore.get(), 0, 0);
    return {[=] { return ended(take(semaphore.get()), 0); }, [=] { ::sem_post(semaphore.get()); }};
}

int take_within_twenty_seconds(sem_t* semaphore) {
    const auto end = in_twenty_seconds();
    return ::sem_timedwait(semaphore, &end);
}

int take_by_clock(sem_t* semaphore) {
    const auto end = in_twenty_seconds(CLOCK_MONOTONIC);
    return ::sem_clockwait(semaphore, CLOCK_MONOTONIC, &end);
}

}  // namespace

void add_locks(std::vector<Row>& rows) {
    rows.insert(
        rows.end(),
        {{"pthread_mutex_lock", [] { return mutex_by(::pthread_mutex_lock); }},
         {"pthread_mutex_lock: recursive",
          [] { return mutex_by(::pthread_mutex_lock, PTHREAD_MUTEX_RECURSIVE); }},
         {"pthread_mutex_lock: error checking",
          [] { return mutex_by(::pthread_mutex_lock, PTHREAD_MUTEX_ERRORCHECK); }},
         {"pthread_mutex_lock: of C", [] { return mutex_by(c_lock); }},
         {"pthread_mutex_timedlock", [] { return mutex_by(lock_within_twenty_seconds); }},
         {"pthread_mutex_clocklock", [] { return mutex_by(lock_by_clock); }},
         {"pthread_rwlock_rdlock", [] { return read_write_by(::pthread_rwlock_rdlock); }},
         {"pthread_rwlock_wrlock", [] { return read_write_by(::pthread_rwlock_wrlock); }},
         {"pthread_rwlock_timedrdlock", [] { return read_write_by(read_within_twenty_seconds); }},
         {"pthread_rwlock_timedwrlock", [] { return read_write_by(write_within_twenty_seconds); }},
         {"pthread_rwlock_clockrdlock", [] { return read_write_by(read_by_clock); }},
         {"pthread_rwlock_clockwrlock", [] { return read_write_by(write_by_clock); }},
         {"sem_wait", [] { return semaphore_by(::sem_wait); }},
         {"sem_timedwait", [] { return semaphore_by(take_within_twenty_seconds); }},
         {"sem_clockwait", [] { return semaphore_by(take_by_clock); }}});
}

}  // namespace waits
