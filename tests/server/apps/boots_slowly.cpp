#include <curfew/app.h>
#include <curfew/base/unique_fd.h>

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

/// How many there have been, this one included.
off_t note_boot(const char* file) {
    const UniqueFd boots(::open(file, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644));
    (void)!::write(boots.get(), "x", 1);
    return ::lseek(boots.get(), 0, SEEK_END);
}

}  // namespace

/// Every time; or, if that names a file, only the first two times, which are the trial before the
/// server listens and the first worker.
void routes(Router& router) {
    const char* const file = std::getenv("BOOTS_SLOWLY_AT_FIRST");
    if (!file || note_boot(file) <= 2) ::usleep(600'000);
    router.get("/nearly", nearly).harakiri(4s);
}
