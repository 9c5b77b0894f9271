#include <curfew/app.h>
#include <curfew/backends/cache.h>
#include <curfew/backends/db.h>
#include <curfew/backends/http.h>

#include <unistd.h>

#include <filesystem>
#include <string>
#include <thread>

using namespace curfew;

// Not in a namespace without a name, and never inlined: tests look for these names.

[[gnu::noinline]] std::string ask_the_database() {
    return db::to_text(db::query("SELECT 1").rows.at(0).at(0));
}

[[gnu::noinline]] std::string ask_the_cache() { return cache::get("key").value_or("nothing"); }

[[gnu::noinline]] std::string ask_the_web(const std::string& address) {
    return http::get("http://" + address + "/").body;
}

/// Until there is a file of that name.
[[gnu::noinline]] void wait_for_the_file(const std::string& name) {
    while (!std::filesystem::exists(name)) std::this_thread::sleep_for(2ms);
}

namespace {

Response wait(const Request& request) {
    wait_for_the_file(request.param("name"));
    return text("went on\n");
}

}  // namespace

void routes(Router& router) {
    router.get("/db", [](const Request&) { return text(ask_the_database()); });
    router.get("/cache", [](const Request&) { return text(ask_the_cache()); });
    router.get("/http/:at",
               [](const Request& request) { return text(ask_the_web(request.param("at"))); });
    router.get("/wait/:name", wait);
    router.get("/in_place", [](const Request&) -> Response {
        for (;;) ::pause();
    });
    router.get("/nothing", [](const Request&) {
        return stream("text/plain", [] { return std::optional<std::string>(""); });
    });
    // The first piece comes at once, each other one after :ms.
    const auto pieces = [](const Request& request) {
        const std::chrono::milliseconds pause(std::stoi(request.param("ms")));
        return stream("text/plain", [pause, left = 4]() mutable -> std::optional<std::string> {
            if (left-- == 0) return std::nullopt;
            if (left < 3) std::this_thread::sleep_for(pause);
            return "piece\n";
        });
    };
    router.get("/pieces/:ms", pieces).within(2s).harakiri(10s);
    router.get("/pieces_by_thread/:ms", pieces).within(2s).by("thread").harakiri(10s);
    router.get("/soon/:name", wait).slow(50ms);
    router.get("/never/:name", wait).slow(0s);
}
