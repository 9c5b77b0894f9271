#include <curfew/app.h>

#include <fcntl.h>
#include <unistd.h>

#include <cstdlib>

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

/// Each time, or, if this names a file, as long as that is not there.
void routes(Router& router) {
    const char* const once = std::getenv("BOOTS_SLOWLY_ONCE");
    if (!once || ::access(once, F_OK) != 0) ::usleep(600'000);
    if (once) ::close(::creat(once, 0644));
    router.get("/nearly", nearly).harakiri(4s);
}
