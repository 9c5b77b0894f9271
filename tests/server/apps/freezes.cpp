#include <curfew/app.h>

#include <fcntl.h>
#include <unistd.h>

#include <cstdlib>

using namespace curfew;

namespace {

/// Writes to a file, which on a frozen file system takes until that thaws: nothing can interrupt
/// it.
Response freeze(const Request&) {
    const UniqueFd file = checked_fd(
        ::open(std::getenv("FROZEN_FILE"), O_WRONLY | O_CREAT | O_CLOEXEC, 0666), "open");
    return text(std::to_string(::write(file.get(), "x", 1)));
}

}  // namespace

void routes(Router& router) {
    router.get("/freeze", freeze);
    router.get("/hello", [](const Request&) { return text("Hello, world!\n"); });
}
