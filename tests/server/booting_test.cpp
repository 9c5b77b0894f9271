#include "tests/support/server.h"

#include <doctest/doctest.h>

#include <unistd.h>

#include <csignal>
#include <cstdlib>
#include <string>
#include <string_view>

using namespace curfew::tests;

namespace {

/// What stopped it, and nothing else: it has not listened.
bool says_only(const Server& server, std::string_view text) {
    const auto log = server.log();
    return log.starts_with("curfew: ") && contains(log, text) && count(log, "\n") == 1;
}

}  // namespace

TEST_CASE("an application that throws in routes() stops the server with status 3") {
    const Server server({.app = test_app("throws")});

    CHECK(server.exit_status() == 3);
    CHECK(says_only(server, "throws.so: routes() threw: no database to be found"));
}

TEST_CASE("an application that hangs in routes() stops the server after boot_timeout") {
    const Server server({.flags = {"--boot-timeout", "300ms"}, .app = test_app("hangs")});

    CHECK(server.exit_status() == 3);
    CHECK(says_only(server,
                    "the application cannot be loaded: it took longer than boot_timeout, 300ms"));
}

TEST_CASE("a server can be stopped while its application hangs in routes()") {
    const Server server({.app = test_app("hangs"), .before_exec = [] {
                             if (::fork() != 0) return;
                             ::usleep(300'000);
                             ::kill(::getppid(), SIGTERM);
                             ::_exit(0);
                         }});

    CHECK(server.exit_status() == 0);
}

TEST_CASE("an application that crashes in routes() stops the server with status 3") {
    const Server server({.app = test_app("crashes")});

    CHECK(server.exit_status() == 3);
    CHECK(says_only(server, "the application cannot be loaded: it crashed: SIGSEGV"));
}

TEST_CASE("an application that exits in routes() stops the server with its status") {
    const Server server({.app = test_app("exits")});

    CHECK(server.exit_status() == 42);
    CHECK(says_only(server, "the application cannot be loaded: it exited with status 42"));
}

TEST_CASE("an application may have threads of its own from the beginning") {
    const Server server({.flags = {"--check-config"}, .app = test_app("lingers")});

    CHECK(server.exit_status() == 0);
}

TEST_CASE("a worker that cannot load what could be loaded before stops the server") {
    const Server server({.app = test_app("exits"), .workers = 1, .before_exec = [] {
                             ::setenv("EXITS_AFTER", "loaded", 1);
                         }});

    CHECK(server.exit_status() == 42);
    CHECK(contains(server.log(), "could not boot: it exited with status 42"));
    CHECK(contains(server.log(), "a worker could not boot: stopping"));
}

TEST_CASE("a library without routes() stops the server with status 3") {
    const Server server({.app = test_app("without_routes")});

    CHECK(server.exit_status() == 3);
    CHECK(says_only(server, "without_routes.so does not define void routes(curfew::Router&)"));
}

TEST_CASE("an application that was built against other headers stops the server with status 3") {
    const Server other({.flags = {"--check-config"}, .app = test_app("other_headers")});
    const Server old({.app = test_app("old_headers")});

    CHECK(other.exit_status() == 3);
    CHECK(says_only(other,
                    "other_headers.so was built against other headers than this server; rebuild it "
                    "against the installed headers"));
    CHECK(old.exit_status() == 3);
    CHECK(says_only(old,
                    "old_headers.so does not include <curfew/app.h>, or that of an older curfew; "
                    "rebuild it against the installed headers"));
}

TEST_CASE("an application may hide all its symbols") {
    const Server server({.app = test_app("hidden")});

    CHECK(server.get("/hello").body == "Hello\n");
    CHECK(server.get("/teapot").status == 418);
}

TEST_CASE("an application that is not there stops the server with status 3") {
    const Server server({.app = "./nowhere.so"});

    CHECK(server.exit_status() == 3);
    CHECK(says_only(server, "cannot load the application: ./nowhere.so"));
}

TEST_CASE("a bare name that is not there says where it was looked for") {
    const Server server({.app = "nowhere"});

    CHECK(server.exit_status() == 3);
    CHECK(says_only(server, "cannot find the application \"nowhere\": looked for /"));
}

TEST_CASE("a limit for a route that is not there stops the server with status 2 and its place") {
    const Server server({.config = "timeout = \"5s\"\n\n[[route]]\npattern = \"/helo\"\n"
                                   "harakiri = \"1s\"\n"});

    CHECK(server.exit_status() == 2);
    CHECK(says_only(server, "curfew.toml:3:1: the application has no route \"/helo\""));
}

TEST_CASE("limits of a route that contradict each other stop the server with status 2") {
    const Server later({.config = "timeout = \"5s\"\n[[route]]\npattern = \"/hello\"\n"
                                  "limit = \"6s\"\n"});
    const Server helpless({.config = "[[route]]\npattern = \"/hello\"\nlimit = \"1s\"\n"
                                     "strategy = \"process\"\n"});

    CHECK(later.exit_status() == 2);
    CHECK(says_only(later,
                    "curfew.toml:2:1: route GET /hello: its limit (6000 ms) must be sooner than "
                    "its harakiri (5000 ms)"));
    CHECK(helpless.exit_status() == 2);
    CHECK(says_only(helpless,
                    "curfew.toml:1:1: route GET /hello: has strategy process, which needs helpers, "
                    "and helpers is 0"));
}

TEST_CASE("an unknown option stops the server with status 2 and its place, before it listens") {
    const Server server({.config = "workers = 2\ntimeot = 3\n"});

    CHECK(server.exit_status() == 2);
    CHECK(says_only(server, "curfew.toml:2:1"));
}

TEST_CASE("a configuration can be checked without serving") {
    const Server good({.flags = {"--check-config"}});
    const Server bad({.flags = {"--check-config"},
                      .config = "[[route]]\npattern = \"/helo\"\nharakiri = \"1s\"\n"});

    CHECK(good.exit_status() == 0);
    CHECK(good.read("out") == "The configuration is good.\n");
    CHECK(bad.exit_status() == 2);
    CHECK(contains(bad.log(), "curfew.toml:1:"));
}

TEST_CASE("what an application says in its patterns is what it gets") {
    const Server server({.app = test_app("routes")});

    CHECK(server.get("/params/a%20b/c/d%2Fe/").body == "a b|c/d/e/");
    CHECK(server.get("/params/a/").body == "a|");
    CHECK(server.get("/params/a").status == 404);
}

TEST_CASE("files are served from an application, with their type and whole") {
    const Server server({.config = "workers = 1\n", .app = test_app("routes"), .workers = 1});

    const auto reply = server.get("/file/curfew.toml");

    CHECK(reply.status == 200);
    CHECK(reply.body == "workers = 1\n");
    CHECK(reply.has("ETag"));
    CHECK(server.get("/file/../error").status == 404);
    CHECK(server.get("/file/curfew.toml", "Range: bytes=0-6\r\n").body == "workers");
    CHECK(
        server.get("/file/curfew.toml", "If-None-Match: " + reply.field("ETag") + "\r\n").status ==
        304);
}

TEST_CASE("variables of a service with the server's name, and empty ones, prevent no start") {
    const Server server({.app = "demo", .before_exec = [] {
                             ::setenv("CURFEW_PORT", "tcp://10.0.0.1:8000", 1);
                             ::setenv("CURFEW_SERVICE_HOST", "10.0.0.1", 1);
                             ::setenv("CURFEW_WORKERS", "", 1);
                             ::setenv("CURFEW_TIMEUOT", "5", 1);
                         }});

    CHECK(server.get("/hello").status == 200);
    CHECK(contains(server.log(), "CURFEW_TIMEUOT: unknown environment variable; did you mean"));
    CHECK_FALSE(contains(server.log(), "CURFEW_PORT"));
}
