#include "tests/support/server.h"
#include "tests/support/wait_until.h"

#include <doctest/doctest.h>
#include <grp.h>
#include <pwd.h>
#include <unistd.h>

#include <csignal>
#include <filesystem>
#include <string>

using namespace curfew::tests;

namespace {

constexpr const char* somebody = "nobody";

bool is_root() { return ::geteuid() == 0; }

/// Their real, effective, saved and file system ids, as /proc shows them.
std::string four_times(unsigned id) {
    const auto text = std::to_string(id);
    return text + "\t" + text + "\t" + text + "\t" + text;
}

/// Who is not root cannot read the build, if it is in a home of root's.
void copy_server() { std::filesystem::copy_file(server_binary(), "curfew"); }
void copy_demo() { std::filesystem::copy_file(demo_library(), "demo.so"); }

}  // namespace

TEST_CASE("workers give up root's user, group and supplementary groups; the master does not") {
    if (!is_root()) return;
    const Server server({.flags = {"--user", somebody},
                         .app = "./demo.so",
                         .workers = 1,
                         .before_exec = copy_demo});
    const auto* const entry = ::getpwnam(somebody);
    REQUIRE(entry != nullptr);

    const auto pid = server.worker();

    CHECK(status_of(pid, "Uid") == four_times(entry->pw_uid));
    CHECK(status_of(pid, "Gid") == four_times(entry->pw_gid));
    CHECK(status_of(pid, "Groups") == std::to_string(entry->pw_gid) + " ");
    CHECK(status_of(pid, "CapEff") == "0000000000000000");
    CHECK(status_of(server.master(), "Uid") == four_times(0));
    CHECK(server.get("/hello").status == 200);
}

TEST_CASE("a group may be chosen without its user, and both by number") {
    if (!is_root()) return;
    const Server group(
        {.flags = {"--group", "1"}, .app = "./demo.so", .workers = 1, .before_exec = copy_demo});
    const Server numbers({.flags = {"--user", "65000", "--group", "65001"},
                          .app = "./demo.so",
                          .workers = 1,
                          .before_exec = copy_demo});

    CHECK(status_of(group.worker(), "Gid") == four_times(1));
    CHECK(status_of(group.worker(), "Groups") == "1 ");
    CHECK(status_of(numbers.worker(), "Uid") == four_times(65000));
    CHECK(status_of(numbers.worker(), "Gid") == four_times(65001));
    CHECK(status_of(numbers.worker(), "Groups") == "65001 ");
}

TEST_CASE("workers of another user die with the master too, and reopen their logs") {
    if (!is_root()) return;
    const Server server({.flags = {"--user", somebody, "--access-logfile", "access.log"},
                         .app = "./demo.so",
                         .workers = 1,
                         .before_exec = copy_demo});
    const auto pid = server.worker();

    server.signal(SIGUSR1);
    CHECK(server.get("/hello").status == 200);
    CHECK(wait_until([&] { return contains(server.read("access.log"), "GET /hello"); }));
    CHECK(server.worker() == pid);

    server.signal(SIGKILL);
    CHECK(wait_until([&] { return !is_alive(pid); }));
}

TEST_CASE("an unknown user or group is refused by name") {
    const Server user({.flags = {"--user", "no-such-user"}});
    const Server group({.flags = {"--group", "no-such-group"}});

    CHECK(user.exit_status() == 2);
    CHECK(contains(user.log(), "user: there is no user \"no-such-user\""));
    CHECK(group.exit_status() == 2);
    CHECK(contains(group.log(), "group: there is no group \"no-such-group\""));
}

TEST_CASE("only root may run workers as somebody else") {
    const Server server({.flags = {"--user", is_root() ? "daemon" : "root"},
                         .app = "./demo.so",
                         .binary = "./curfew",
                         .before_exec = [] {
                             copy_server();
                             copy_demo();
                             if (is_root() && ::setuid(65534) < 0) ::_exit(1);
                         }});

    CHECK(server.exit_status() == 2);
    CHECK(contains(server.log(), "user, group: only root may run workers as another"));
}

TEST_CASE("SIGHUP from a directory that cannot be entered any more changes nothing") {
    const Server server({.flags = {"--chdir", "release"},
                         .app = "../demo.so",
                         .workers = 1,
                         .binary = "./curfew",
                         .before_exec = [] {
                             copy_server();
                             copy_demo();
                             std::filesystem::create_directory("release");
                             if (!is_root()) return;
                             const bool given = ::chown(".", 65534, 65534) == 0 &&
                                                ::chown("release", 65534, 65534) == 0;
                             if (!given || ::setuid(65534) < 0) ::_exit(1);
                         }});
    const auto pid = server.worker();

    std::filesystem::permissions(server.directory() / "release", std::filesystem::perms::none);
    server.signal(SIGHUP);

    CHECK(server.logs("nothing has changed"));
    CHECK(server.get("/hello").status == 200);
    CHECK(server.worker() == pid);
    std::filesystem::permissions(server.directory() / "release", std::filesystem::perms::owner_all);
}
