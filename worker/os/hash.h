#pragma once

#include <algorithm>
#include <cstdint>
#include <string_view>

namespace curfew::worker {

/// FNV-1a, 64 bits, never 0; of the text that `sum` is the hash of, if any, followed by this one.
/// For the application's own names: nobody looks for two of one hash.
[[nodiscard]] constexpr std::uint64_t hash(std::string_view text,
                                           std::uint64_t sum = 0xcbf29ce484222325) noexcept {
    for (const char c : text) sum = (sum ^ static_cast<unsigned char>(c)) * 0x100000001b3;
    return std::max<std::uint64_t>(sum, 1);
}

}  // namespace curfew::worker
