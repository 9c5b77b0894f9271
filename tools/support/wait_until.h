#pragma once

#include <chrono>
#include <thread>

namespace curfew::tools {

/// As long as anything may take before a test or a measurement gives up. Generous: it is for slow
/// machines.
inline constexpr std::chrono::seconds patience(20);

/// Looks again and again until the condition holds. False if it does not within the limit.
template <typename Condition>
[[nodiscard]] bool wait_until(Condition condition, std::chrono::milliseconds limit = patience) {
    const auto give_up = std::chrono::steady_clock::now() + limit;
    while (!condition()) {
        if (std::chrono::steady_clock::now() > give_up) return false;
        std::this_thread::sleep_for(std::chrono::milliseconds(2));
    }
    return true;
}

}  // namespace curfew::tools
