#pragma once

#include "handlers/base/error.h"
#include "handlers/context/call_context.h"

#include <chrono>
#include <functional>
#include <optional>
#include <stdexcept>
#include <string>

namespace curfew::tests {

/// What became of a call that should fail.
struct Attempt {
    bool timed_out = false;                  ///< TimeoutError
    std::optional<BackendError::Kind> kind;  ///< BackendError
    std::string message;                     ///< of either; empty: it did not throw
    std::chrono::milliseconds time{};
};

/// Other exceptions pass.
inline Attempt attempt(const std::function<void()>& call) {
    Attempt result;
    const auto start = std::chrono::steady_clock::now();
    try {
        call();
    } catch (const TimeoutError& error) {
        result.timed_out = true;
        result.message = error.what();
    } catch (const BackendError& error) {
        result.kind = error.kind();
        result.message = error.what();
    }
    result.time = std::chrono::duration_cast<std::chrono::milliseconds>(
        std::chrono::steady_clock::now() - start);
    return result;
}

/// The same, by a caller that has so much time.
inline Attempt attempt_within(Duration limit, const std::function<void()>& call) {
    return attempt([&] {
        const ContextScope scope(Deadline::in(limit));
        call();
    });
}

/// Whether it ended by a limit of 200 ms, which it was given: not before, and not much later. The
/// bound is wide for slow machines, and far below what the calls in question would take.
inline bool took_its_200_ms(const Attempt& attempt) {
    return attempt.time >= std::chrono::milliseconds(150) &&
           attempt.time < std::chrono::milliseconds(1500);
}

/// Makes a token that of the context in force, for a scope.
class CancelScope {
  public:
    explicit CancelScope(CancelToken& token) noexcept { call_context().token = &token; }
    ~CancelScope() { call_context().token = nullptr; }
    CancelScope(const CancelScope&) = delete;
    CancelScope& operator=(const CancelScope&) = delete;
};

}  // namespace curfew::tests
