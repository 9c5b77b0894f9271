#pragma once

#include <cstdint>
#include <string_view>

namespace curfew {

/// What a Range field asks of a representation of a known size.
struct Selection {
    int status;               ///< 200: all of it; 206: this part; 416: nothing that is there
    std::int64_t offset = 0;  ///< of the first octet
    std::int64_t length = 0;  ///< in octets
};

/// Reads a Range field (RFC 9110 section 14.2): one range of bytes, `bytes=2-5`, `bytes=2-` or
/// `bytes=-5`. All of it for whatever else: other units, several ranges, what is malformed, no
/// field at all.
[[nodiscard]] Selection select_range(std::string_view field, std::int64_t size) noexcept;

}  // namespace curfew
