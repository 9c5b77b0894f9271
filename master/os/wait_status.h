#pragma once

#include <string>

namespace curfew::master {

/// Whether a signal reports a fault of the process itself, such as SIGSEGV or SIGABRT.
[[nodiscard]] bool is_crash(int signal) noexcept;

/// Describes a wait status in words: "crashed: SIGSEGV (Segmentation fault), core dumped", "was
/// ended from outside: SIGKILL (Killed)", "exited with status 1".
[[nodiscard]] std::string describe_end(int wait_status);

}  // namespace curfew::master
