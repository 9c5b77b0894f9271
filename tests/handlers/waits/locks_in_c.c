/* A library in C that uses locks and does not look at what they return. */
#include "locks_in_c.h"

/* Volatile: else an optimizing compiler jumps to the call, and the caller seems to be in C++. */

int count_under_lock(pthread_mutex_t* mutex, int* number) {
    pthread_mutex_lock(mutex);
    const int now = ++*number;
    pthread_mutex_unlock(mutex);
    return now;
}

int count_under_read_write_lock(pthread_rwlock_t* lock, int* number) {
    pthread_rwlock_wrlock(lock);
    const int now = ++*number;
    pthread_rwlock_unlock(lock);
    return now;
}

int wait_for_signal(pthread_cond_t* condition, pthread_mutex_t* mutex) {
    volatile int result = pthread_cond_wait(condition, mutex);
    return result == 0 ? 0 : result;
}

int timed_wait_for_signal(pthread_cond_t* condition, pthread_mutex_t* mutex,
                          const struct timespec* until) {
    volatile int result = pthread_cond_timedwait(condition, mutex, until);
    return result == 0 ? 0 : result;
}
