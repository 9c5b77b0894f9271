#include "worker/route_brake.h"

namespace curfew::worker {

namespace {

/// FNV-1a; never 0.
std::uint64_t key_of(std::string_view method, std::string_view pattern) noexcept {
    std::uint64_t hash = 0xcbf29ce484222325;
    for (const auto part : {method, std::string_view(" "), pattern}) {
        for (const char c : part) {
            hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3;
        }
    }
    return hash == 0 ? 1 : hash;
}

}  // namespace

std::uint32_t brake_number(std::span<RouteBrake> brakes, std::string_view method,
                           std::string_view pattern) noexcept {
    const auto key = key_of(method, pattern);
    for (std::size_t i = 1; i < brakes.size(); ++i) {
        if (brakes[i].is_for(key)) return static_cast<std::uint32_t>(i);
    }
    return 0;
}

}  // namespace curfew::worker
