#pragma once

#include "../base/deadline.h"

#include <pthread.h>

namespace curfew {

/// Locks as pthread_mutex_lock() does, within the context in force and until `asked`. ETIMEDOUT if
/// that takes too long.
[[nodiscard]] int limited_lock(pthread_mutex_t& mutex, Deadline asked) noexcept;

/// Locks whatever the limit is: for pthread_cond_wait(), whose caller has the mutex afterwards. On
/// a fiber it parks.
[[nodiscard]] int unlimited_lock(pthread_mutex_t& mutex) noexcept;

}  // namespace curfew
