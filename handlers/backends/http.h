#pragma once

#include "../http/headers.h"

#include <string>
#include <string_view>

/// Calls of HTTP servers. They block, but never longer than the handler's deadline and the
/// configured `[http] timeout`, and tell the server what is left of it in the field
/// `Request-Timeout` (in seconds).
///
/// Each throws TimeoutError (504) once the caller's time is over, BackendError (502) if there is no
/// whole response for another reason, std::invalid_argument for a URL that is none. A response of
/// any status is a response: 404 and 500 are returned, not thrown.
///
/// A name is looked up in the hosts file and by the name servers, once for as long as they allow.
namespace curfew::http {

struct Options {
    Headers headers = {};
    /// Followed at most, and only for GET and HEAD; 0: they are the response. Another origin than
    /// the one before gets no Authorization, Cookie and Host from `headers`.
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

/// Any method. `url`: http or https, whose certificate is verified. Proxies that the environment
/// names are not used. The body that is sent has no Content-Type unless `options` has one.
Response request(std::string_view method, const std::string& url, std::string_view body = {},
                 const Options& options = {});

}  // namespace curfew::http
