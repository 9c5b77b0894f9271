#include <curfew/app.h>

#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <stdexcept>
#include <string>
#include <thread>

using namespace curfew;

namespace {

Response show_params(const Request& request) {
    return text(request.param("name") + "|" + request.param("rest"));
}

Response show_deadline(const Request& request) {
    const auto left = request.deadline().remaining();
    return text(
        std::to_string(std::chrono::duration_cast<std::chrono::milliseconds>(left).count()));
}

/// A stream whose second piece never comes.
Response broken_stream(const Request&) {
    return stream("text/plain", [pieces = 0]() mutable -> std::optional<std::string> {
        if (pieces++ == 0) return "the beginning\n";
        throw std::runtime_error("the stream was asked to throw this");
    });
}

/// Longer than any harakiri of the tests; says that it has begun by making the file `began`.
Response begin_and_wait(const Request& request) {
    std::filesystem::create_directory(request.param("name"));
    while (!std::filesystem::exists(request.param("name") + ".go")) {
        std::this_thread::sleep_for(2ms);
    }
    return text("went on\n");
}

}  // namespace

void routes(Router& router) {
    router.get("/params/:name/*rest", show_params);
    router.get("/deadline", show_deadline);
    router.get("/deadline/within", show_deadline).within(200ms);
    router.get("/broken-stream", broken_stream);
    router.get("/wait/:name", begin_and_wait);
    router.get("/file/*path",
               [](const Request& request) { return file(request, ".", request.param("path")); });
    router.get("/throw/number", [](const Request&) -> Response { throw 42; });
    router.get("/throw/http",
               [](const Request&) -> Response { throw HttpError(409, "it is taken"); });
    router.get("/last", [](const Request&) { return text("last\n").close_connection(); });
    router.get("/pid", [](const Request&) { return text(std::to_string(::getpid())); });
}
