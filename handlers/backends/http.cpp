#include "http.h"

#include "backend_call.h"
#include "configure.h"
#include "http_transfer.h"
#include "http_url.h"
#include "pool.h"

#include <stdexcept>
#include <utility>

namespace curfew::http {

namespace {

/// Never destroyed: a thread that was given up may use it until the process ends.
Pool<Handle>& pool() {
    static auto& pool = *new Pool<Handle>;
    return pool;
}

/// A response, and where it leads.
struct Step {
    Response response;
    std::string leads_to;
};

Step step(std::string_view method, const Url& url, std::string_view body, const Options& options,
          const BackendCall& call) {
    const auto origin = url.origin();
    Handle handle = pool().take(origin);
    if (!handle) handle = make_handle();
    Step result;
    {
        Transfer transfer(handle.get(), call);
        result.response = transfer.perform(method, url, body, options);
        result.leads_to = transfer.leads_to();
    }
    pool().put(origin, std::move(handle), backend_options().http.pool);
    return result;
}

/// Throws as request() does.
Url follow(const Url& from, const std::string& to, const BackendCall& call) {
    try {
        return from.redirected_to(to);
    } catch (const std::invalid_argument&) {
        call.fail(BackendError::Kind::protocol, "redirects to what is no URL of http or https");
    }
}

}  // namespace

Response request(std::string_view method, const std::string& url, std::string_view body,
                 const Options& options) {
    if (!is_token(method)) throw std::invalid_argument("http: not a method");
    Url target(url);
    const BackendCall call(Stage::http, target.upstream(), backend_options().http.timeout);
    const bool follows = options.redirects > 0 && (method == "GET" || method == "HEAD");
    auto current = options;
    for (int followed = 0;; ++followed) {
        Step done = step(method, target, body, current, call);
        if (!follows || done.leads_to.empty()) return std::move(done.response);
        if (followed == options.redirects) {
            call.fail(BackendError::Kind::protocol,
                      "more than " + std::to_string(options.redirects) + " redirects");
        }
        Url next = follow(target, done.leads_to, call);
        if (next.origin() != target.origin()) {
            // These fields are for the origin that the caller has named, and for no other.
            for (const auto* const name : {"Authorization", "Cookie", "Host"}) {
                current.headers.remove(name);
            }
        }
        target = std::move(next);
    }
}

Response get(const std::string& url, const Options& options) {
    return request("GET", url, {}, options);
}

Response post(const std::string& url, std::string_view body, const Options& options) {
    return request("POST", url, body, options);
}

Response put(const std::string& url, std::string_view body, const Options& options) {
    return request("PUT", url, body, options);
}

Response del(const std::string& url, const Options& options) {
    return request("DELETE", url, {}, options);
}

}  // namespace curfew::http
