#include <curfew/app.h>
#include <curfew/backends/http.h>

#include <string>

using namespace curfew;

namespace {

Response call(const Request& request) {
    return text(http::get("http://127.0.0.1:" + request.param("port")).body);
}

/// The same in the midst of a response.
Response stream_call(const Request& request) {
    return stream("text/plain",
                  [port = request.param("port"), n = 0]() mutable -> std::optional<std::string> {
                      if (n++ == 0) return "first\n";
                      return http::get("http://127.0.0.1:" + port).body;
                  });
}

/// Its caller goes on without it, and is stuck itself.
Response abandon(const Request& request) {
    try {
        with_timeout(
            50ms, "thread",
            [](const std::string& port) { return http::get("http://127.0.0.1:" + port).body; },
            request.param("port"));
    } catch (const TimeoutError&) {
        volatile bool for_ever = true;
        while (for_ever) continue;
    }
    return text("it has ended");
}

}  // namespace

/// All are killed before any limit of their own.
void routes(Router& router) {
    router.get("/call/:port", call).harakiri(600ms);
    router.get("/stream/:port", stream_call).harakiri(600ms);
    router.get("/abandon/:port", abandon).harakiri(600ms);
}
