#pragma once

#include <pthread.h>

#ifdef __cplusplus
extern "C" {
#endif

/// Returns the number.
int count_under_lock(pthread_mutex_t* mutex, int* number);

int count_under_read_write_lock(pthread_rwlock_t* lock, int* number);

/// Returns what pthread_cond_wait() and pthread_cond_timedwait() return.
int wait_for_signal(pthread_cond_t* condition, pthread_mutex_t* mutex);
int timed_wait_for_signal(pthread_cond_t* condition, pthread_mutex_t* mutex,
                          const struct timespec* until);

#ifdef __cplusplus
}
#endif
