#include <curfew/app.h>

using namespace curfew;

/// Compiled with -fvisibility=hidden.
void routes(Router& router) {
    router.get("/hello", [](const Request&) { return text("Hello\n"); });
    router.get("/teapot",
               [](const Request&) -> Response { throw HttpError(418, "short and stout"); });
}
