#include "locks_in_cpp.h"

#include <pthread.h>

#include <stdexcept>

namespace curfew::tests {

namespace {

struct Locks {
    ~Locks() { const std::lock_guard lock(mutex); }
    std::mutex& mutex;
};

struct LocksAndMayThrow {
    ~LocksAndMayThrow() noexcept(false) { const std::lock_guard lock(mutex); }
    std::mutex& mutex;
};

}  // namespace

void lock_and_unlock(std::mutex& mutex) { const std::lock_guard lock(mutex); }

void lock_and_unlock(std::recursive_mutex& mutex) { const std::lock_guard lock(mutex); }

void write_and_unlock(std::shared_mutex& mutex) { const std::lock_guard lock(mutex); }

void read_and_unlock(std::shared_mutex& mutex) { const std::shared_lock lock(mutex); }

void lock_in_destructor(std::mutex& mutex) { const Locks locks{mutex}; }

void lock_in_flight(std::mutex& mutex) {
    try {
        const LocksAndMayThrow locks{mutex};
        throw std::runtime_error("in flight");
    } catch (const std::runtime_error&) {
    }
}

void ignore_result_of_lock(std::mutex& mutex) {
    ::pthread_mutex_lock(mutex.native_handle());
    ::pthread_mutex_unlock(mutex.native_handle());
}

}  // namespace curfew::tests
