#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace curfew::master {

/// What a thread asked the kernel for, and has not got yet.
struct SystemCall {
    /// What its arguments say of what it waits for.
    enum class Kind { other, descriptor, poll, futex, sleep, child };

    long number = -1;
    std::array<std::uint64_t, 6> arguments{};
    std::string name;
    Kind kind = Kind::other;
};

/// From a line of /proc/PID/task/TID/syscall; nothing if the thread was not in one. `wchan`: what
/// that file says. It tells which call is meant by restart_syscall, which is what one that was
/// interrupted is called afterwards.
[[nodiscard]] std::optional<SystemCall> parse_system_call(std::string_view line,
                                                          std::string_view wchan);

}  // namespace curfew::master
