#pragma once

#include "master/diagnosis/system_call.h"

#include <sys/types.h>

#include <optional>
#include <string>

namespace curfew::master {

/// What the kernel shows of a thread at one moment.
struct ThreadState {
    char letter = 0;         ///< of /proc/PID/task/TID/stat: R, S, D, T, t, Z; 0: it is gone
    long long cpu_time = 0;  ///< ns, as of when the scheduler counted last
    std::optional<SystemCall> call;  ///< nothing: it is in none, or there is no right to see it
    std::string wchan;  ///< the kernel function that it waits in; empty: none, or unknown
};

[[nodiscard]] ThreadState look_at(pid_t pid, pid_t tid);

/// The whole file; empty if it cannot be read.
[[nodiscard]] std::string contents_of(const std::string& path);

}  // namespace curfew::master
