#include <curfew/app.h>

#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <dlfcn.h>
#include <string>
#include <unistd.h>

using namespace curfew;

/// Uses about `kib` of the stack, and all of it.
[[gnu::noinline]] std::size_t descend(std::size_t kib) {
    volatile char room[1024];
    std::memset(const_cast<char*>(room), 1, sizeof room);
    return kib == 0 ? 0 : descend(kib - 1) + static_cast<std::size_t>(room[17]);
}

namespace {

Response deep(const Request& request) {
    return text(std::to_string(descend(std::stoul(request.param("kib")))));
}

[[gnu::no_sanitize("undefined")]] Response null(const Request&) {
    volatile int* volatile nowhere = nullptr;
    *nowhere = 1;
    return text("");
}

/// Of a library that this worker loads now, and another does not.
void* in_library = nullptr;

Response load_library(const Request&) {
    void* const library = ::dlopen("./libbeside.so", RTLD_NOW);
    in_library = library ? ::dlsym(library, "crash_beside") : nullptr;
    return text(in_library ? "loaded" : ::dlerror());
}

Response crash_in_library(const Request&) {
    reinterpret_cast<void (*)()>(in_library)();
    return text("");
}

Response handled(const Request&) {
    struct sigaction action {};
    action.sa_handler = [](int) { ::_exit(77); };
    ::sigaction(SIGSEGV, &action, nullptr);
    ::raise(SIGSEGV);
    return text("");
}

}  // namespace

void routes(Router& router) {
    router.get("/deep/:kib", deep);
    router.get("/within/:kib", deep).within(20s).by("thread");
    router.get("/null", null);
    router.get("/load", load_library);
    router.get("/crash_in_library", crash_in_library);
    router.get("/handled", handled);
    router.get("/abort", [](const Request&) -> Response { std::abort(); });
    router.get("/nap", [](const Request&) {
        ::usleep(10'000'000);
        return text("");
    });
}
