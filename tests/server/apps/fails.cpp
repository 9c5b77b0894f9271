#include <curfew/app.h>

#include <unistd.h>

#include <csignal>
#include <fstream>
#include <stdexcept>
#include <string>
#include <thread>

using namespace curfew;

/// In the way that the file "fail" names, as long as there is one: what an application needs may be
/// away for a while.
void routes(Router& router) {
    std::string how;
    std::ifstream("fail") >> how;
    if (how == "throw") throw std::runtime_error("no database to be found");
    if (how == "crash") ::raise(SIGSEGV);
    if (how == "exit") ::_exit(42);
    if (how == "later") {
        std::thread([] {
            ::usleep(50'000);
            ::raise(SIGSEGV);
        }).detach();
    }
    router.get("/hello", [](const Request&) { return text("Hello\n"); });
    router.get("/pid", [](const Request&) { return text(std::to_string(::getpid())); });
}
