#include "tests/support/server.h"
#include "tests/support/wait_until.h"

#include <doctest/doctest.h>

#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>
#include <utility>

using namespace curfew::tests;

namespace fs = std::filesystem;

namespace {

/// Two applications with a route /hello, of which only this one has /pid.
std::string old_app() { return test_app("fails"); }
std::string new_app() { return test_app("naps"); }

Setup with_own_copy() {
    return {.app = "./app.so", .before_exec = [] { fs::copy_file(old_app(), "app.so"); }};
}

/// Ends each worker, and waits for others.
void replace_all(const Server& server) {
    for (const pid_t pid : server.workers(2)) {
        ::kill(pid, SIGKILL);
        REQUIRE(wait_until([&] { return !is_alive(pid); }));
    }
    REQUIRE(server.workers(2).size() == 2);
}

bool serves_old(const Server& server) {
    for (int i = 0; i < 10; ++i) {
        if (server.get("/pid").status != 200) return false;
    }
    return true;
}

bool comes_to_serve_new(const Server& server) {
    return wait_until([&] { return server.get("/pid").status == 404; }) &&
           server.get("/hello").status == 200;
}

}  // namespace

TEST_CASE("an application whose file is written over in place is served as it was, until SIGHUP") {
    const Server server(with_own_copy());
    const auto before = server.workers(2);

    fs::copy_file(new_app(), server.directory() / "app.so", fs::copy_options::overwrite_existing);

    CHECK(serves_old(server));
    CHECK(server.workers(2) == before);
    replace_all(server);
    CHECK(serves_old(server));
    server.signal(SIGHUP);
    CHECK(comes_to_serve_new(server));
}

TEST_CASE("an application whose file is replaced by a broken one is served as it was") {
    const Server server(with_own_copy());
    const auto app = server.directory() / "app.so";
    fs::remove(app);
    std::ofstream(app) << "\177ELF and nothing else";

    replace_all(server);
    CHECK(serves_old(server));

    server.signal(SIGHUP);
    CHECK(server.logs("the configuration of before goes on"));
    replace_all(server);
    CHECK(serves_old(server));
}

TEST_CASE("until the new application is ready the old one is served at full strength") {
    auto setup = with_own_copy();
    setup.flags = {"--boot-timeout", "10m"};
    const Server server(std::move(setup));
    auto old = server.workers(2);
    fs::copy_file(test_app("hangs"), server.directory() / "app.so",
                  fs::copy_options::overwrite_existing);
    server.signal(SIGHUP);
    REQUIRE(server.logs("replacing the workers by 2 new ones"));

    for (const pid_t pid : old) {
        ::kill(pid, SIGKILL);
        REQUIRE(wait_until([&] { return !is_alive(pid); }));
        CHECK(serves_old(server));
    }
}

TEST_CASE("an application whose file is removed is served as it was, and SIGHUP says so") {
    const Server server(with_own_copy());
    fs::remove(server.directory() / "app.so");

    server.signal(SIGHUP);

    CHECK(server.logs(
        "SIGHUP: cannot load the application: ./app.so: No such file or directory; nothing has "
        "changed"));
    replace_all(server);
    CHECK(serves_old(server));
}

TEST_CASE("what a moved link leads to is served from SIGHUP on, and not before") {
    const Server server({.flags = {"--chdir", "current"}, .app = "./app.so", .before_exec = [] {
                             fs::create_directories("releases/1");
                             fs::create_directories("releases/2");
                             fs::copy_file(old_app(), "releases/1/app.so");
                             fs::copy_file(new_app(), "releases/2/app.so");
                             fs::create_directory_symlink("releases/1", "current");
                         }});
    const auto current = server.directory() / "current";
    fs::remove(current);
    fs::create_directory_symlink("releases/2", current);
    fs::remove_all(server.directory() / "releases/1");

    replace_all(server);
    CHECK(serves_old(server));

    server.signal(SIGHUP);
    CHECK(comes_to_serve_new(server));
    for (const pid_t pid : server.workers(2)) {
        CHECK(fs::read_symlink("/proc/" + std::to_string(pid) + "/cwd").filename() == "2");
    }
}

TEST_CASE("a library that lies beside the application is found by $ORIGIN") {
    // As `meson test` sets it, the loader would find the library without the application's help.
    const Server server(
        {.app = test_app("has_neighbour"), .before_exec = [] { ::unsetenv("LD_LIBRARY_PATH"); }});

    CHECK(server.get("/beside").body == "from beside\n");
}
