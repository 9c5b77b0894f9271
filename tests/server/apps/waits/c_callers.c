#include "c_callers.h"

#include <time.h>

int c_lock(pthread_mutex_t* mutex) { return pthread_mutex_lock(mutex); }

int c_wait(struct c_condition* condition) {
    int error = pthread_mutex_lock(&condition->mutex);
    if (error != 0) return error;
    while (!condition->ready && error == 0) {
        error = pthread_cond_wait(&condition->changed, &condition->mutex);
    }
    if (error == 0) condition->ready = 0;
    pthread_mutex_unlock(&condition->mutex);
    return error;
}

int c_timedwait(struct c_condition* condition, int seconds) {
    struct timespec end;
    clock_gettime(CLOCK_REALTIME, &end);
    end.tv_sec += seconds;
    int error = pthread_mutex_lock(&condition->mutex);
    if (error != 0) return error;
    while (!condition->ready && error == 0) {
        error = pthread_cond_timedwait(&condition->changed, &condition->mutex, &end);
    }
    if (error == 0) condition->ready = 0;
    pthread_mutex_unlock(&condition->mutex);
    return error;
}
