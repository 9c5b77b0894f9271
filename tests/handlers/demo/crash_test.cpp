#include "handlers/demo/crash.h"

#include "handlers/base/unique_fd.h"
#include "tests/handlers/test_request.h"

#include <doctest/doctest.h>

#include <signal.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

using namespace curfew;

namespace {

/// How a child process that runs `handler` ends, as waitpid() tells it.
int end_of(Response (*handler)(const Request&)) {
    const pid_t child = checked(::fork(), "fork");
    if (child == 0) {
        // No core file, and neither the test runner nor a sanitizer to catch the signal.
        const rlimit no_core{0, 0};
        ::setrlimit(RLIMIT_CORE, &no_core);
        ::signal(SIGSEGV, SIG_DFL);
        ::signal(SIGABRT, SIG_DFL);
        static_cast<void>(handler(TestRequest()));
        ::_exit(0);
    }
    int status = 0;
    checked(::waitpid(child, &status, 0), "waitpid");
    return status;
}

}  // namespace

TEST_CASE("each crash of the demo is the one that it is called") {
    const int segv = end_of(demo::crash_by_segv);
    CHECK(WIFSIGNALED(segv));
    CHECK(WTERMSIG(segv) == SIGSEGV);

    const int abort = end_of(demo::crash_by_abort);
    CHECK(WIFSIGNALED(abort));
    CHECK(WTERMSIG(abort) == SIGABRT);

    const int exit = end_of(demo::crash_by_exit);
    CHECK(WIFEXITED(exit));
    CHECK(WEXITSTATUS(exit) == 42);
}
