#include <curfew/app.h>

#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <string>

using namespace curfew;

namespace {

/// Of processes that end by exit: a line of each kind. In the directory of the server.
void note(const char* what) {
    std::ofstream("ends", std::ios::app) << what << " of " << ::getpid() << std::endl;
}

struct Static {
    bool used = false;
    ~Static() {
        if (used) note("destructor");
    }
} object;

Response hello(const Request&) {
    object.used = true;
    static std::FILE* const unflushed = std::fopen("unflushed", "a");
    std::fprintf(unflushed, "line of %d\n", ::getpid());
    static const int registered = std::atexit([] {
        note("atexit");
        if (std::getenv("ENDS_NEVER")) {
            for (;;) ::pause();
        }
    });
    return text(std::to_string(::getpid() + registered));
}

}  // namespace

void routes(Router& router) {
    router.get("/", hello);
    router.get("/abandon", [](const Request&) {
        return with_timeout(50ms, "thread", [] {
            for (volatile bool for_ever = true; for_ever;) continue;
            return text("");
        });
    });
}
