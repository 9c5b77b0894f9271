#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace curfew {

/// What a function waits for.
enum class WaitKind { descriptor, timer, lock, process, signal, inside_libc };

/// What becomes of the other requests of a worker while a fiber waits.
enum class OnFiber {
    parks,         ///< the event loop resumes the fiber at once when the wait is over
    looks_again,   ///< the fiber parks, and tries again every few milliseconds at most
    spare_thread,  ///< the fiber parks, while a thread of a pool makes the call
    blocks,        ///< they wait as well
};

/// Functions that may wait, and what becomes of them when the limit of strategy `deadline` passes.
struct LimitedWait {
    std::string_view calls;  ///< their names, separated by ", "
    std::string_view of;     ///< what they are called for, if that matters: "a socket"
    WaitKind kind;
    /// At the limit: the errno, what the function returns, or the type that it throws. Empty: the
    /// function waits on.
    std::string_view at_limit;
    OnFiber on_fiber;
    std::string_view exception = {};  ///< what does not obey, and why; empty: nothing
};

/// All of them. The test `waits` tries each, in every worker class.
[[nodiscard]] const std::vector<LimitedWait>& limited_waits();

/// The names of each: "read of a socket", "readv of a socket".
[[nodiscard]] std::vector<std::string> names_of(const LimitedWait& wait);

[[nodiscard]] std::string_view in_words(WaitKind kind) noexcept;
[[nodiscard]] std::string_view in_words(OnFiber on_fiber) noexcept;

}  // namespace curfew
