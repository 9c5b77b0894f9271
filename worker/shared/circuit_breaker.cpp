#include "worker/shared/circuit_breaker.h"

#include "worker/os/hash.h"

namespace curfew::worker {

std::uint32_t breaker_number(std::span<CircuitBreaker> breakers, std::string_view method,
                             std::string_view pattern) noexcept {
    const auto key = hash(pattern, hash(" ", hash(method)));
    for (std::size_t i = 1; i < breakers.size(); ++i) {
        if (breakers[i].is_for(key)) return static_cast<std::uint32_t>(i);
    }
    return 0;
}

}  // namespace curfew::worker
