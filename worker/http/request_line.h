#pragma once

#include "worker/http/head_scanner.h"

#include <string_view>

namespace curfew::worker {

/// The three parts of a request line, all views into it.
struct RequestLine {
    std::string_view method;
    std::string_view target;
    std::string_view path;  ///< percent-encoded; "*" for the asterisk-form
    std::string_view query;
    std::string_view authority;  ///< of an absolute-form target; it replaces Host
    bool http_1_1 = false;
};

/// Reads `token SP target SP HTTP/1.0` or `HTTP/1.1` and nothing looser (RFC 9112 section 3).
/// Refuses: 400 for what is malformed, 501 for CONNECT, 505 for another version of HTTP.
[[nodiscard]] Refusal read_request_line(std::string_view line, RequestLine& result) noexcept;

/// True for `uri-host [ ":" port ]` with a host that is not empty (RFC 9110 sections 7.2
/// and 4.2.1).
[[nodiscard]] bool is_host(std::string_view host) noexcept;

}  // namespace curfew::worker
