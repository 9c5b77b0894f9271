#pragma once

#include <pthread.h>

namespace curfew {

/// Recursive and error-checking mutexes know their owner, which for libc is a thread. These are the
/// ones that fibers of the running thread have locked, so that its other fibers wait for them.
/// Fibers stay on their threads, so each thread has a list of its own, which needs no lock.
class FiberOwners {
  public:
    /// Whether libc's type of mutex has an owner.
    [[nodiscard]] static bool apply_to(const pthread_mutex_t& mutex) noexcept;
    [[nodiscard]] static bool is_recursive(const pthread_mutex_t& mutex) noexcept;

    enum class Owner { none, this_fiber, another_fiber };
    [[nodiscard]] static Owner owner_of(const pthread_mutex_t& mutex) noexcept;

    /// Makes room for one entry. False if there is no memory.
    [[nodiscard]] static bool reserve() noexcept;

    /// The running fiber has locked it, perhaps once more.
    static void locked(const pthread_mutex_t& mutex) noexcept;

    /// It was unlocked once, by whatever code of this thread.
    static void unlocked(const pthread_mutex_t& mutex) noexcept;
};

}  // namespace curfew
