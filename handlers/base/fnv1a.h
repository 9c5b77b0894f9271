#pragma once

#include <cstdint>
#include <string_view>

namespace curfew {

/// FNV-1a, 64 bits: the hash of nothing.
inline constexpr std::uint64_t fnv1a_basis = 0xcbf29ce484222325;

/// The hash `sum` with one number more; for FNV as published, that number is an octet.
[[nodiscard]] constexpr std::uint64_t fnv1a(std::uint64_t sum, std::uint64_t number) noexcept {
    return (sum ^ number) * 0x100000001b3;
}

/// The hash `sum` with the octets of a text more.
[[nodiscard]] constexpr std::uint64_t fnv1a(std::uint64_t sum, std::string_view text) noexcept {
    for (const char c : text) sum = fnv1a(sum, std::uint64_t{static_cast<unsigned char>(c)});
    return sum;
}

}  // namespace curfew
