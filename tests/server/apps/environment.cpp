#include <curfew/app.h>

#include <clocale>
#include <cstdlib>
#include <ctime>
#include <locale>
#include <string>

using namespace curfew;

namespace {

/// What a library may do in the midst of a request. The answer is this month in that locale.
Response set_locale(const Request& request) {
    const auto name = request.param("name");
    if (!std::setlocale(LC_ALL, name.c_str())) throw HttpError(404, "no such locale");
    const std::time_t now = std::time(nullptr);
    tm local{};
    ::localtime_r(&now, &local);
    char month[64];
    return text(std::string(month, std::strftime(month, sizeof month, "%b", &local)));
}

Response show_variable(const Request& request) {
    const char* const value = std::getenv(request.param("name").c_str());
    return text(value ? value : "unset");
}

}  // namespace

void routes(Router& router) {
    router.get("/locale/:name", set_locale);
    router.get("/variable/:name", show_variable);
    router.get("/hello", [](const Request&) { return text("Hello, world!\n"); });
}
