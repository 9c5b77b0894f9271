#include <curfew/app.h>

#include <thread>

/// Its thread never ends.
void routes(curfew::Router& router) {
    std::thread([] {
        for (;;) std::this_thread::yield();
    }).detach();
    router.get("/", [](const curfew::Request&) { return curfew::text("here\n"); });
}
