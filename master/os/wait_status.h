#pragma once

#include <string>

namespace curfew::master {

/// True for the signals that a process brings upon itself.
[[nodiscard]] bool is_crash(int signal) noexcept;

/// How a process has ended, by what wait(2) says of it: "crashed: SIGSEGV (Segmentation fault),
/// core dumped", "was ended from outside: SIGKILL (Killed)", "exited with status 1".
[[nodiscard]] std::string describe_end(int wait_status);

}  // namespace curfew::master
