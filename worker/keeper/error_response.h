#pragma once

#include "handlers/base/deadline.h"

#include <cstddef>
#include <span>
#include <string_view>

namespace curfew::worker {

/// A response that is made without the worker whose request it answers.
struct ErrorResponse {
    int status = 0;
    std::string_view detail;           ///< a sentence for the client
    std::string_view limit_name = {};  ///< that was hit; empty: none was
    Duration limit = Duration::zero();
    std::string_view id;
    bool http_1_1 = true;
    bool head = false;
    bool keep_alive = false;
    bool json = false;  ///< application/problem+json (RFC 9457) instead of text
};

struct WrittenAnswer {
    std::size_t size = 0;
    std::size_t body = 0;  ///< of it
};

/// Writes the response as it goes over the connection, cut to what fits: 2 KiB is enough.
/// Async-signal-safe.
[[nodiscard]] WrittenAnswer write_answer(const ErrorResponse& answer, std::span<char> out) noexcept;

/// Whether the client would rather have JSON than text, by its Accept field (RFC 9110 section
/// 12.5.1). Async-signal-safe.
[[nodiscard]] bool prefers_json(std::string_view accept) noexcept;

/// The value of a field in the raw head of a request that was found good; empty if there is none.
/// Async-signal-safe.
[[nodiscard]] std::string_view field_of(std::string_view head, std::string_view name) noexcept;

}  // namespace curfew::worker
