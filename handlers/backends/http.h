#pragma once

#include "../http/headers.h"

#include <string>
#include <string_view>

/// Calls of HTTP servers. A call blocks, but never longer than the handler's deadline and the
/// configured `[http] timeout`, and tells the server the time that is left in the field
/// `Request-Timeout` (in seconds). All functions are safe from any thread; on a fiber a call parks
/// the fiber only.
///
/// Each function throws TimeoutError (504) when the caller's time is up, BackendError (502) if
/// there is no complete response for another reason, and std::invalid_argument for an invalid URL.
/// A response of any status is a response: 404 and 500 are returned, not thrown.
///
/// Names are looked up in the hosts file and by the name servers. An answer is used for as long as
/// the name servers allow.
namespace curfew::http {

struct Options {
    Headers headers = {};
    /// The most redirections (RFC 9110 section 15.4) that are followed, for GET and HEAD only; 0: a
    /// redirection is the response. If a redirection leads to another origin, that gets no
    /// Authorization, Cookie and Host from `headers`.
    int redirects = 5;
};

struct Response {
    int status = 0;
    Headers headers;
    std::string body;

    template <typename Archive>
    void serialize(Archive& archive) {
        archive(status, headers, body);
    }
};

Response get(const std::string& url, const Options& options = {});
Response post(const std::string& url, std::string_view body, const Options& options = {});
Response put(const std::string& url, std::string_view body, const Options& options = {});
Response del(const std::string& url, const Options& options = {});

/// Any method. `url`: http, or https with a verified certificate. Proxies that the environment
/// names are not used. The body gets a Content-Type only if `options` has one.
Response request(std::string_view method, const std::string& url, std::string_view body = {},
                 const Options& options = {});

}  // namespace curfew::http
