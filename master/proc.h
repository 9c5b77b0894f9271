#pragma once

#include <sys/types.h>

#include <string>

namespace curfew::master {

/// The letter that ps shows, '?' if the process is gone.
[[nodiscard]] char state_of(pid_t pid);

/// The function of the kernel in which it sleeps; empty if it does not, or if that is a secret.
[[nodiscard]] std::string wait_channel(pid_t pid);

}  // namespace curfew::master
