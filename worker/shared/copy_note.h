#pragma once

#include <sys/types.h>

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace curfew::worker {

/// What a copy of a worker, made by a handler's fork, leaves for the log before it ends. In shared
/// memory, where zero is its initial state: the copy cannot use the worker's own log, whose locks
/// another thread may have held when it was made.
class CopyNote {
  public:
    struct Text {
        pid_t pid;
        std::string route;
        std::string request;   ///< its id
        std::uint32_t others;  ///< copies that found the note taken, since the one before
    };

    /// Async-signal-safe. Nothing if there is one already that has not been read.
    void write(pid_t pid, std::string_view route, std::string_view request) noexcept;

    /// For the master: the note, if there is one, which makes room for the next.
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
