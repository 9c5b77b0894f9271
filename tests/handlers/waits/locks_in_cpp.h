#pragma once

#include <mutex>
#include <shared_mutex>

/// What an application does, in a module of its own: the headers of the C++ library are compiled
/// into it.
namespace curfew::tests {

void lock_and_unlock(std::mutex& mutex);
void lock_and_unlock(std::recursive_mutex& mutex);
void write_and_unlock(std::shared_mutex& mutex);
void read_and_unlock(std::shared_mutex& mutex);

/// In a destructor, which must not throw.
void lock_in_destructor(std::mutex& mutex);

/// In a destructor that may throw, while another exception is in flight.
void lock_in_flight(std::mutex& mutex);

/// Does not look at what pthread_mutex_lock() returns.
void ignore_result_of_lock(std::mutex& mutex);

}  // namespace curfew::tests
