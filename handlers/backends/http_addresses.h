#pragma once

#include "backend_call.h"

#include <curl/curl.h>

#include <string>

namespace curfew::http {

/// The addresses of a host as libcurl takes them, "192.0.2.1,[2001:db8::1]", by a look-up that
/// needs no thread and must be over by `deadline`. Fails the call if there are none.
[[nodiscard]] std::string addresses_of(const std::string& name, const BackendCall& call,
                                       Deadline deadline);

/// Whether the handle's last connection is there, and its peer has not ended it.
[[nodiscard]] bool is_connected(CURL* handle) noexcept;

}  // namespace curfew::http
