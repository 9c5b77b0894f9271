#include "worker/route_brake.h"

#include "worker/hash.h"

namespace curfew::worker {

std::uint32_t brake_number(std::span<RouteBrake> brakes, std::string_view method,
                           std::string_view pattern) noexcept {
    const auto key = hash(pattern, hash(" ", hash(method)));
    for (std::size_t i = 1; i < brakes.size(); ++i) {
        if (brakes[i].is_for(key)) return static_cast<std::uint32_t>(i);
    }
    return 0;
}

}  // namespace curfew::worker
