#pragma once

#include "../base/timespec.h"
#include "../context/limited_poll.h"

#include <dlfcn.h>

#include <ctime>

/// Ends the process: what code that was compiled with _FORTIFY_SOURCE does on an overflow.
extern "C" [[noreturn]] void __chk_fail() noexcept;

namespace curfew {

/// libc's own definition of a function that this executable defines as well. With `version` for
/// functions of which libc has several.
template <typename Function>
[[nodiscard]] Function libc_definition(const char* name, const char* version = nullptr) noexcept {
    void* found = version ? ::dlvsym(RTLD_NEXT, name, version) : nullptr;
    if (!found) found = ::dlsym(RTLD_NEXT, name);
    return reinterpret_cast<Function>(found);
}

/// True if nothing can end or park a wait of the running code: libc's own function will do.
[[nodiscard]] inline bool unlimited() noexcept {
    auto& context = current_context;
    return !context.limits_waits() || (context.lose_borrowed_limit() && !context.limits_waits());
}

/// The same for a wait that its caller wants to end at `asked`, which harakiri may postpone.
[[nodiscard]] inline bool unlimited(Deadline asked) noexcept {
    return unlimited() && current_context.postponed(asked) == asked;
}

/// The same before the clock is asked for that end, which a wait without a timeout does not have.
[[nodiscard]] inline bool unlimited(bool has_timeout) noexcept {
    return unlimited() && !(has_timeout && current_context.killed_at);
}

/// Whether waiting makes no sense any more, as CallContext::expired(), by a clock that costs next
/// to nothing and is some milliseconds late.
[[nodiscard]] inline bool expired_lately() noexcept {
    if (current_context.cancelled()) return current_context.expired();
    if (current_context.deadline.is_never()) return false;
    timespec now{};
    ::clock_gettime(CLOCK_MONOTONIC_COARSE, &now);
    return current_context.deadline <= to_deadline(now) && current_context.expired();
}

}  // namespace curfew
