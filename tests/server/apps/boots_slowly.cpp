#include <curfew/app.h>

#include <unistd.h>

using namespace curfew;

namespace {

/// Comes near its limit, asks for more time, and ends when it is told.
Response nearly(const Request& request) {
    ::usleep(3'200'000);
    request.extend(20s);
    ::usleep(2'000'000);
    return text("made it\n");
}

}  // namespace

void routes(Router& router) {
    ::usleep(600'000);
    router.get("/nearly", nearly).harakiri(4s);
}
