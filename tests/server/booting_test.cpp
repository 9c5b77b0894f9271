#include "tests/support/server.h"

#include <doctest/doctest.h>

#include <string>

using namespace curfew::tests;

TEST_CASE("an application that throws in routes() stops the server with status 3") {
    const Server server({.app = test_app("throws")});

    CHECK(server.exit_status() == 3);
    CHECK(contains(server.log(), "throws.so: routes() threw: no database to be found"));
    CHECK(contains(server.log(), "could not boot"));
}

TEST_CASE("an application that hangs in routes() is killed at boot_timeout and stops the server") {
    const Server server({.flags = {"--boot-timeout", "300ms"}, .app = test_app("hangs")});

    CHECK(server.exit_status() == 3);
    CHECK(contains(server.log(), "killed: it was not ready within boot_timeout"));
}

TEST_CASE("an application that crashes in routes() stops the server with status 3") {
    const Server server({.app = test_app("crashes")});

    CHECK(server.exit_status() == 3);
    CHECK(contains(server.log(), "could not boot: it crashed: SIGSEGV"));
}

TEST_CASE("an application that exits in routes() stops the server with its status") {
    const Server server({.app = test_app("exits")});

    CHECK(server.exit_status() == 42);
    CHECK(contains(server.log(), "could not boot: it exited with status 42"));
}

TEST_CASE("a library without routes() stops the server with status 3") {
    const Server server({.app = test_app("without_routes")});

    CHECK(server.exit_status() == 3);
    CHECK(contains(server.log(), "without_routes.so does not define void routes(curfew::Router&)"));
}

TEST_CASE("an application that is not there stops the server with status 3") {
    const Server server({.app = "./nowhere.so"});

    CHECK(server.exit_status() == 3);
    CHECK(contains(server.log(), "cannot load the application: ./nowhere.so"));
}

TEST_CASE("a bare name that is not there says where it was looked for") {
    const Server server({.app = "nowhere"});

    CHECK(server.exit_status() == 3);
    CHECK(contains(server.log(), "cannot find the application \"nowhere\": looked for /"));
}

TEST_CASE("a limit for a route that is not there stops the server with status 2 and its place") {
    const Server server({.config = "timeout = \"5s\"\n\n[[route]]\npattern = \"/helo\"\n"
                                   "harakiri = \"1s\"\n"});

    CHECK(server.exit_status() == 2);
    CHECK(contains(server.log(), "curfew.toml:3:1: the application has no route \"/helo\""));
}

TEST_CASE("an unknown option stops the server with status 2 and its place, before it listens") {
    const Server server({.config = "workers = 2\ntimeot = 3\n"});

    CHECK(server.exit_status() == 2);
    CHECK(contains(server.log(), "curfew.toml:2:1"));
    CHECK_FALSE(contains(server.log(), "listening on"));
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
