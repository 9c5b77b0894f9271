#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace curfew::master {

/// The system call that a thread is in.
struct SystemCall {
    /// What the arguments say about what the call waits for.
    enum class Kind { other, descriptor, poll, futex, sleep, child };

    long number = -1;
    std::array<std::uint64_t, 6> arguments{};
    std::string name;
    Kind kind = Kind::other;
};

/// Parses a line of /proc/PID/task/TID/syscall; nothing if the thread is in no system call.
/// `wchan`: the content of that file. It tells which call restart_syscall stands for, which the
/// kernel shows for a call that was interrupted and continues.
[[nodiscard]] std::optional<SystemCall> parse_system_call(std::string_view line,
                                                          std::string_view wchan);

}  // namespace curfew::master
