#pragma once

#include "request.h"

#include <cstdint>
#include <string>

namespace curfew {

/// What identifies the current state of a resource.
struct Validators {
    std::string etag;           ///< strong, with its quotes
    std::int64_t modified = 0;  ///< Last-Modified, in seconds since 1970
};

enum class Precondition {
    holds,         ///< answer as if there were no condition
    not_modified,  ///< 304
    failed,        ///< 412
};

/// Evaluates If-Match, If-Unmodified-Since, If-None-Match and If-Modified-Since, in the order of
/// RFC 9110 section 13.2.2, for a resource that exists.
[[nodiscard]] Precondition evaluate_preconditions(const Request& request,
                                                  const Validators& current);

/// True if a Range of the request may be heeded: no If-Range, or one that is exactly the current
/// entity tag or date (RFC 9110 section 13.1.5).
[[nodiscard]] bool if_range_holds(const Request& request, const Validators& current);

}  // namespace curfew
