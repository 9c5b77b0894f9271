#include "http.h"

#include "backend_call.h"
#include "configure.h"
#include "http_transfer.h"
#include "http_url.h"
#include "pool.h"

#include <stdexcept>

namespace curfew::http {

namespace {

/// Never destroyed: a thread that was given up may use it until the process ends.
Pool<Handle>& pool() {
    static auto& pool = *new Pool<Handle>;
    return pool;
}

}  // namespace

Response request(std::string_view method, const std::string& url, std::string_view body,
                 const Options& options) {
    if (!is_token(method)) throw std::invalid_argument("http: not a method");
    const Url parsed(url);
    const BackendCall call(parsed.upstream(), backend_options().http.timeout);
    Handle handle = pool().take(parsed.origin());
    if (!handle) handle = make_handle();

    Response response = Transfer(handle.get(), call).perform(method, parsed, body, options);

    pool().put(parsed.origin(), std::move(handle), backend_options().http.pool);
    return response;
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
