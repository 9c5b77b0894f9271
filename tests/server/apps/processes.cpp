#include <curfew/app.h>

#include <cstdlib>
#include <string>
#include <unistd.h>

using namespace curfew;

namespace {

Response pid(const Request&) { return text(std::to_string(::getpid())); }

Response loop(const Request&) {
    volatile bool for_ever = true;
    while (for_ever) continue;
    return text("it has ended");
}

Response echo(const Request& request) {
    return text(std::string(request.body()))
        .header("X-Seen", std::string(request.method()) + " " + request.param("name") + " " +
                              request.query("q").value_or("none") + " " +
                              std::string(request.header("X-Mine")));
}

Response file_of(const Request& request) { return file(request, ".", request.param("path")); }

Response pieces(const Request&) {
    return stream("text/plain", [] { return std::nullopt; });
}

Response refuse(const Request&) { throw HttpError(409, "it is taken"); }

Response crash(const Request&) { std::abort(); }

/// Leaves a process behind that will not end soon, its number in a file, and gets stuck.
Response breed(const Request&) {
    with_timeout(60s, "fork", [] {
        if (std::system("sleep 300 & echo $! > grandchild.new; mv grandchild.new grandchild") !=
            0) {
            std::abort();
        }
        for (volatile bool for_ever = true; for_ever;) continue;
    });
    return text("it has ended");
}

/// The same without a strategy; and before that, a process that has given its parent up.
Response breed_daemon(const Request&) {
    const int status = std::system(
        "(sleep 300 & echo $! > daemon)\n"
        "sleep 300 & echo $! > grandchild.new; mv grandchild.new grandchild; wait");
    return text(std::to_string(status));
}

void add(Router& router, const std::string& strategy) {
    const auto by = [&](Route& route) { route.within(10s).by(strategy); };
    by(router.get("/pid", pid));
    by(router.post("/echo/:name", echo));
    by(router.get("/file/*path", file_of));
    by(router.get("/stream", pieces));
    by(router.get("/refuse", refuse));
    by(router.get("/crash", crash));
    router.get("/loop", loop).within(300ms).by(strategy);
}

}  // namespace

/// One strategy at a time: where one can be served the other may be refused.
void routes(Router& router) {
    router.get("/worker", pid);
    router.get("/breed", breed).harakiri(4s);
    router.get("/breed/daemon", breed_daemon).harakiri(4s);
    const char* const strategy = std::getenv("TEST_STRATEGY");
    add(router, strategy ? strategy : "process");
}
