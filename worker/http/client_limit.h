#pragma once

#include "handlers/base/deadline.h"
#include "handlers/http/headers.h"

#include <optional>
#include <string_view>
#include <vector>

namespace curfew::worker {

/// How long a client waits for its answer, as it says itself: the least of
///   - the field called `header` (none if that is empty): seconds, as in 1.5, or 250ms, 30s, 2m;
///   - grpc-timeout: up to eight digits and one of H, M, S, m, u, n (gRPC over HTTP/2, "Requests");
///   - x-envoy-expected-rq-timeout-ms, which Envoy adds: milliseconds.
/// Nothing if it says nothing, or nothing that makes sense. Such a limit can only be obeyed sooner
/// than the server's own, so anyone may send one.
[[nodiscard]] std::optional<Duration> client_limit(const std::vector<Field>& fields,
                                                   std::string_view header) noexcept;

}  // namespace curfew::worker
