#include <curfew/app.h>
#include <curfew/backends/db.h>

#include <cstdlib>

using namespace curfew;

namespace {

/// The tag is how a test finds the statement among those of the server.
Response query(const Request& request) {
    const auto statement =
        "SELECT SLEEP(" + request.param("seconds") + ") /* " + request.param("tag") + " */";
    return text(db::to_text(db::query(statement).rows.at(0).at(0)));
}

/// In a child of the process that runs it.
Response nested(const Request& request) {
    return with_timeout(20s, "fork", [&] { return query(request); });
}

/// While another thread of the worker is in its statement.
Response crash(const Request&) { std::abort(); }

}  // namespace

void routes(Router& router) {
    router.get("/query/:tag/:seconds", query);
    router.get("/limited/:tag/:seconds", query).harakiri(1500ms);
    router.get("/nested/:tag/:seconds", nested);
    router.get("/crash", crash);
}
