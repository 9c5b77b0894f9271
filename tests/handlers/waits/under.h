#pragma once

#include "handlers/base/error.h"
#include "handlers/timeouts/with_timeout.h"

#include <array>
#include <cerrno>
#include <functional>

namespace curfew::tests {

inline constexpr std::array strategies_of_waits{"deadline", "timer", "fiber"};

/// What a wait gives under a limit.
struct Outcome {
    bool late = false;
    long result = 0;
    int error = 0;
};

inline Outcome under(const char* by, Duration limit, const std::function<long()>& wait) {
    Outcome outcome;
    try {
        with_timeout(limit, by, [&] {
            errno = 0;
            outcome.result = wait();
            outcome.error = errno;
        });
    } catch (const TimeoutError&) {
        outcome.late = true;
    }
    return outcome;
}

}  // namespace curfew::tests
