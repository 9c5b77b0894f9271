#pragma once

#include <sys/types.h>

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace curfew::worker {

/// What a copy of a worker, made by a handler's fork, leaves for the log before it ends. The copy
/// cannot use the worker's log itself, because another thread may have held its lock at the fork.
/// In shared memory; zero is the initial state.
class CopyNote {
  public:
    struct Text {
        pid_t pid;
        std::string route;
        std::string request;   ///< its id
        std::uint32_t others;  ///< further copies, which found the note in use
    };

    /// Async-signal-safe. Only counts the copy if there is a note that has not been read.
    void write(pid_t pid, std::string_view route, std::string_view request) noexcept;

    /// For the master: returns the note, if there is one, and makes room for the next.
    [[nodiscard]] std::optional<Text> take();

    void clear() noexcept;

  private:
    enum class State : std::uint32_t { free, begun, written };

    std::atomic<State> state_;
    std::atomic<std::uint32_t> others_;
    std::int32_t pid_;
    std::uint16_t route_size_;
    std::uint16_t request_size_;
    char route_[96];
    char request_[64];
};

}  // namespace curfew::worker
