#pragma once

#include "master/diagnosis/system_call.h"

#include <sys/types.h>

#include <optional>
#include <string>

namespace curfew::master {

/// A thread as the kernel shows it, at one moment.
struct ThreadState {
    char letter = 0;         ///< of /proc/PID/task/TID/stat: R, S, D, T, t, Z; 0: it is gone
    long long cpu_time = 0;  ///< ns, as of when the scheduler counted last
    std::optional<SystemCall> call;  ///< nothing: in none, or it may not be known
    std::string wchan;               ///< where in the kernel; empty: nowhere, or unknown
};

[[nodiscard]] ThreadState look_at(pid_t pid, pid_t tid);

/// The whole file; empty if it cannot be read.
[[nodiscard]] std::string contents_of(const std::string& path);

}  // namespace curfew::master
