#include "tests/support/server.h"
#include "tests/support/wait_until.h"

#include <doctest/doctest.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <string>

using namespace curfew;
using namespace curfew::tests;

namespace {

/// Whether this process may make PID namespaces, with /proc to match.
bool can_unshare() { return std::system("unshare --pid --fork --mount-proc true") == 0; }

}  // namespace

TEST_CASE("ps shows which process is the master and which worker is in which state") {
    const Server server({.flags = {"--name", "shop"}, .workers = 1});

    CHECK(title_of(server.worker()) == "shop: worker 1 [ready]");
    CHECK(title_of(server.master()) == "shop: master");
}

TEST_CASE("the pid file names the master and goes with it") {
    const Server server({.flags = {"--pid", "curfew.pid"}});
    CHECK(server.read("curfew.pid") == std::to_string(server.master()) + "\n");

    server.signal(SIGTERM);

    CHECK(server.exit_status() == 0);
    CHECK_FALSE(std::filesystem::exists(server.directory() / "curfew.pid"));
}

TEST_CASE("a pid file of a living server is refused, and stays") {
    const Server first({.flags = {"--pid", "curfew.pid"}});
    const auto pid = std::to_string(first.master());

    const Server second({.flags = {"--pid", first.directory() / "curfew.pid"}});

    CHECK(second.exit_status() == 1);
    CHECK(contains(second.log(), "process " + pid + " is alive"));
    CHECK(first.read("curfew.pid") == pid + "\n");
}

TEST_CASE("a number that is another program's does not prevent a start: the lock decides") {
    const Server server({.flags = {"--pid", "curfew.pid"}, .before_exec = [] {
                             std::ofstream("curfew.pid") << ::getppid() << "\n";
                         }});

    CHECK(server.get("/hello").status == 200);
    CHECK(server.read("curfew.pid") == std::to_string(server.master()) + "\n");
}

TEST_CASE("a file with something else in it is not taken for a pid file") {
    for (const std::string text :
         {"root:x:0:0\n", "12 apples\n", "1234567890123456789012345678901234"}) {
        CAPTURE(text);
        const Server server({.flags = {"--pid", "precious"},
                             .before_exec = [text] { std::ofstream("precious") << text; }});

        CHECK(server.exit_status() == 1);
        CHECK(contains(server.log(),
                       "pid file precious: there is something else in it than a process id"));
        CHECK(server.read("precious") == text);
    }
}

TEST_CASE("a pid file that another server has made meanwhile stays") {
    const Server server({.flags = {"--pid", "curfew.pid"}});
    std::filesystem::remove(server.directory() / "curfew.pid");
    std::ofstream(server.directory() / "curfew.pid") << server.master() << "\n";

    server.signal(SIGTERM);

    CHECK(server.exit_status() == 0);
    CHECK(std::filesystem::exists(server.directory() / "curfew.pid"));
}

TEST_CASE("descriptors 0, 1 and 2 that are closed at start lead nowhere, and to nothing else") {
    const Server server({.flags = {"--error-logfile", "log"}, .workers = 1, .before_exec = [] {
                             // The harness reads where the server listens from this name.
                             std::filesystem::remove("error");
                             std::filesystem::create_symlink("log", "error");
                             for (const int fd : {0, 1, 2}) ::close(fd);
                         }});

    for (const pid_t pid : {server.master(), server.worker()}) {
        for (const char* const fd : {"0", "1", "2"}) {
            CAPTURE(fd);
            const auto link = "/proc/" + std::to_string(pid) + "/fd/" + fd;
            CHECK(std::filesystem::read_symlink(link) == "/dev/null");
        }
    }
    CHECK(server.get("/hello").status == 200);
}

TEST_CASE("a pid file that a killed server left is replaced") {
    const Server killed({.flags = {"--pid", "curfew.pid"}});
    const auto path = (killed.directory() / "curfew.pid").string();
    killed.signal(SIGKILL);
    REQUIRE(killed.exit_status() == 128 + SIGKILL);
    REQUIRE(std::filesystem::exists(path));

    const Server next({.flags = {"--pid", path}});

    CHECK(next.get("/hello").status == 200);
    CHECK(read_file(path) == std::to_string(next.master()) + "\n");
}

TEST_CASE("the umask holds for sockets and files") {
    const Server server(
        {.flags = {"--umask", "027", "--pid", "curfew.pid"}, .bind = {"unix:curfew.sock"}});

    const auto mode = [&](const char* name) {
        struct stat status {};
        checked(::stat((server.directory() / name).c_str(), &status), "stat");
        return status.st_mode & 0777;
    };
    CHECK(mode("curfew.sock") == 0750);
    CHECK(mode("curfew.pid") == 0640);
}

TEST_CASE("the server goes where chdir says, before anything else") {
    const Server server({.flags = {"--chdir", "below", "--pid", "curfew.pid"},
                         .workers = 1,
                         .before_exec = [] { std::filesystem::create_directory("below"); }});

    CHECK(std::filesystem::exists(server.directory() / "below" / "curfew.pid"));
    const auto cwd = "/proc/" + std::to_string(server.worker()) + "/cwd";
    CHECK(std::filesystem::read_symlink(cwd) == server.directory() / "below");
}

TEST_CASE("a directory that is not there stops the server") {
    const Server server({.flags = {"--chdir", "nowhere"}});

    CHECK(server.exit_status() == 1);
    CHECK(contains(server.log(), "No such file or directory"));
}

TEST_CASE("as the first process of a container the server reaps strangers, and stops when told") {
    if (!can_unshare()) return;
    // A shell leaves it an orphan, as programs in containers do.
    const Server server({.wrapper = {"unshare", "--pid", "--fork", "--mount-proc", "--kill-child",
                                     "sh", "-c", "(sleep 1000 &) ; exec \"$@\"", "sh"}});
    const auto is_stranger = [](pid_t pid) { return title_of(pid) == "sleep 1000"; };
    pid_t stranger = 0;
    REQUIRE(wait_until([&] {
        const auto children = children_of(server.master());
        const auto found = std::ranges::find_if(children, is_stranger);
        if (found != children.end()) stranger = *found;
        return stranger != 0;
    }));
    CHECK(server.get("/hello").status == 200);

    ::kill(stranger, SIGKILL);

    CHECK(server.workers(2).size() == 2);  // and no zombie beside them
    server.signal(SIGTERM);
    CHECK(server.exit_status() == 0);
    CHECK(contains(server.log(), "stopped"));
}
