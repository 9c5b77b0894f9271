#pragma once

#include "handlers/base/deadline.h"

#include <cstddef>
#include <span>
#include <string_view>

namespace curfew::worker {

/// A response that the keeper makes for a request of its worker.
struct ErrorResponse {
    int status = 0;
    std::string_view detail;           ///< a sentence for the client
    std::string_view limit_name = {};  ///< the limit that was exceeded; empty: none
    Duration limit = Duration::zero();
    std::string_view id;
    bool http_1_1 = true;
    bool head = false;
    bool keep_alive = false;
    bool json = false;  ///< application/problem+json (RFC 9457) instead of text
};

/// Lengths in bytes.
struct WrittenResponse {
    std::size_t size = 0;  ///< of the whole response
    std::size_t body = 0;  ///< of its body
};

/// Writes the response into `out`, cut to what fits: 2 KiB is enough. Async-signal-safe.
[[nodiscard]] WrittenResponse write_response(const ErrorResponse& response,
                                             std::span<char> out) noexcept;

/// Whether the client would rather have JSON than text, by its Accept field (RFC 9110 section
/// 12.5.1). Async-signal-safe.
[[nodiscard]] bool prefers_json(std::string_view accept) noexcept;

/// The value of a field in the raw head of a request that the parser has accepted; empty if there
/// is none. Async-signal-safe.
[[nodiscard]] std::string_view field_of(std::string_view head, std::string_view name) noexcept;

}  // namespace curfew::worker
