#pragma once

// Waits of a library that is written in C: nothing can be thrown through it.

#include <pthread.h>

#ifdef __cplusplus
extern "C" {
#endif

struct c_condition {
    pthread_mutex_t mutex;
    pthread_cond_t changed;
    int ready;
};

int c_lock(pthread_mutex_t* mutex);
/// Waits for `ready` and resets it.
int c_wait(struct c_condition* condition);
/// The same, for so many seconds at most.
int c_timedwait(struct c_condition* condition, int seconds);

#ifdef __cplusplus
}
#endif
