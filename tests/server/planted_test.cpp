#include "handlers/base/unique_fd.h"
#include "tests/support/server.h"
#include "tests/support/wait_until.h"

#include <doctest/doctest.h>
#include <pwd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <csignal>
#include <filesystem>
#include <fstream>
#include <string>

using namespace curfew;
using namespace curfew::tests;
namespace fs = std::filesystem;

// A server of root's whose workers run as somebody else, who puts links in its way.

namespace {

constexpr const char* somebody = "nobody";

bool is_root() { return ::geteuid() == 0; }

uid_t their_user() { return ::getpwnam(somebody)->pw_uid; }

void give_to_them(const fs::path& path) {
    if (::lchown(path.c_str(), their_user(), their_user()) != 0) throw std::runtime_error("lchown");
}

void plant_link(const fs::path& target, const fs::path& link) {
    fs::create_symlink(target, link);
    give_to_them(link);
}

/// A directory of theirs.
void make_theirs(const fs::path& path) {
    fs::create_directories(path);
    give_to_them(path);
}

/// The harness reads the error log by this name.
void let_harness_read(const fs::path& log) {
    fs::remove("error");
    fs::create_symlink(log, "error");
}

/// Both logs are in a directory of theirs, and in another one there are files of root's.
Server with_logs_in_their_directory() {
    return Server({.flags = {"--user", somebody, "--error-logfile", "var/logs/error.log",
                             "--access-logfile", "var/logs/access.log"},
                   .app = "./demo.so",
                   .workers = 1,
                   .before_exec = [] {
                       fs::copy_file(demo_library(), "demo.so");
                       make_theirs("var");
                       make_theirs("var/logs");
                       make_theirs("theirs");
                       fs::create_directory("secret");
                       std::ofstream("secret/error.log") << "precious\n";
                       std::ofstream("secret/access.log") << "precious\n";
                       let_harness_read("var/logs/error.log");
                   }});
}

bool is_precious(const Server& server, const char* file) {
    struct stat status {};
    const auto path = server.directory() / "secret" / file;
    return server.read(std::string("secret/") + file) == "precious\n" &&
           ::stat(path.c_str(), &status) == 0 && status.st_uid == 0;
}

/// The logs that were open are elsewhere now, and are written to still.
void check_that_logs_go_on(const Server& server, const fs::path& logs, const std::string& why) {
    fs::remove(server.directory() / "error");
    fs::create_symlink(logs / "error.log", server.directory() / "error");
    const auto worker = server.worker();

    server.signal(SIGUSR1);

    CHECK(server.logs(why));
    CHECK(server.logs("the one that is open goes on"));
    CHECK(server.get("/hello").status == 200);
    CHECK(wait_until(
        [&] { return contains(server.read((logs / "access.log").string()), "GET /hello"); }));
    CHECK(server.worker() == worker);
    CHECK(is_precious(server, "error.log"));
    CHECK(is_precious(server, "access.log"));
}

/// What the server has named to the kernel, as a client sees it.
std::string bound_path(const fs::path& socket) {
    const UniqueFd fd = checked_fd(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0), "socket");
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    socket.string().copy(address.sun_path, sizeof address.sun_path - 1);
    checked(::connect(fd.get(), reinterpret_cast<sockaddr*>(&address), sizeof address), "connect");
    sockaddr_un peer{};
    socklen_t size = sizeof peer;
    checked(::getpeername(fd.get(), reinterpret_cast<sockaddr*>(&peer), &size), "getpeername");
    return peer.sun_path;
}

}  // namespace

TEST_CASE("no log follows a symbolic link that the workers' user has planted") {
    if (!is_root()) return;
    const auto server = with_logs_in_their_directory();
    const auto logs = server.directory() / "var/logs";
    REQUIRE(server.get("/hello").status == 200);
    for (const char* const name : {"error.log", "access.log"}) {
        fs::rename(logs / name, server.directory() / "theirs" / name);
        plant_link(fs::path("../../secret") / name, logs / name);
    }

    check_that_logs_go_on(
        server, "theirs",
        "the symbolic link error.log belongs to user " + std::to_string(their_user()));
}

TEST_CASE("no log follows a link in place of a directory on its way") {
    if (!is_root()) return;
    const auto server = with_logs_in_their_directory();
    REQUIRE(server.get("/hello").status == 200);
    fs::rename(server.directory() / "var/logs", server.directory() / "var/old");
    plant_link("../secret", server.directory() / "var/logs");

    check_that_logs_go_on(server, "var/old", "the symbolic link logs belongs to user");
}

TEST_CASE("no log is written to a file that the workers' user has given a second name") {
    if (!is_root()) return;
    const auto server = with_logs_in_their_directory();
    const auto logs = server.directory() / "var/logs";
    REQUIRE(server.get("/hello").status == 200);
    for (const char* const name : {"error.log", "access.log"}) {
        fs::rename(logs / name, server.directory() / "theirs" / name);
        fs::create_hard_link(server.directory() / "secret" / name, logs / name);
    }

    check_that_logs_go_on(server, "theirs", "it has another name besides (a hard link)");
}

TEST_CASE("a file of root's that they have moved to a log's name stays root's") {
    if (!is_root()) return;
    const auto server = with_logs_in_their_directory();
    const auto log = server.directory() / "var/logs/access.log";
    REQUIRE(server.get("/hello").status == 200);
    std::ofstream(server.directory() / "var/logs/root") << "precious\n";
    fs::rename(server.directory() / "var/logs/root", log);

    server.signal(SIGUSR1);

    REQUIRE(server.logs("access log: opening var/logs/access.log: Permission denied; the one"));
    struct stat status {};
    REQUIRE(::stat(log.c_str(), &status) == 0);
    CHECK(status.st_uid == 0);
}

TEST_CASE("links of root's lead to logs, a pid file and a socket as they always do") {
    if (!is_root()) return;
    const Server server({.flags = {"--user", somebody, "--access-logfile", "log/access.log",
                                   "--pid", "run/curfew.pid"},
                         .app = "./demo.so",
                         .workers = 1,
                         .bind = {"unix:run/curfew.sock"},
                         .before_exec = [] {
                             fs::copy_file(demo_library(), "demo.so");
                             fs::create_directories("data/log");
                             fs::create_directories("data/run");
                             fs::create_symlink("data/log", "log");
                             fs::create_symlink(fs::current_path() / "data/run", "run");
                             fs::create_symlink("of-today", "data/log/access.log");
                         }});

    CHECK(server.get("/hello").status == 200);

    CHECK(wait_until([&] { return contains(server.read("data/log/of-today"), "GET /hello"); }));
    CHECK(server.read("data/run/curfew.pid") == std::to_string(server.master()) + "\n");
    CHECK(fs::is_socket(server.directory() / "data/run/curfew.sock"));
}

TEST_CASE("neither pid file nor socket follows a link that the workers' user has planted") {
    if (!is_root()) return;
    const auto plant = [] {
        fs::create_directory("secret");
        std::ofstream("secret/curfew.pid") << "1\n";
        make_theirs("run");
        plant_link("../secret/curfew.pid", "run/curfew.pid");
        plant_link("secret", "link");
    };

    const Server by_file({.flags = {"--pid", "run/curfew.pid"}, .before_exec = plant});
    const Server by_directory({.flags = {"--pid", "link/curfew.pid"}, .before_exec = plant});
    const Server by_socket({.bind = {"unix:link/curfew.sock"}, .before_exec = plant});

    for (const auto* server : {&by_file, &by_directory, &by_socket}) {
        CHECK(server->exit_status() == 1);
        CHECK(server->read("secret/curfew.pid") == "1\n");
        CHECK_FALSE(fs::exists(server->directory() / "secret/curfew.sock"));
    }
    CHECK(contains(by_file.log(), "pid file run/curfew.pid: Too many levels of symbolic links"));
    CHECK(contains(by_directory.log(), "the symbolic link link belongs to user"));
    CHECK(contains(by_socket.log(), "the symbolic link link belongs to user"));
}

TEST_CASE("a path that they can change is walked once: the kernel gets the last name alone") {
    if (!is_root()) return;
    const Server server(
        {.bind = {"unix:theirs/run/curfew.sock", "unix:ours.sock"}, .before_exec = [] {
             make_theirs("theirs/run");
             make_theirs("theirs");
         }});

    CHECK(bound_path(server.directory() / "theirs/run/curfew.sock") == "curfew.sock");
    CHECK(bound_path(server.directory() / "ours.sock") == "ours.sock");
    CHECK(server.get("/hello").status == 200);
}

TEST_CASE("no socket is removed by a path that leads elsewhere by now") {
    if (!is_root()) return;
    const Server server({.bind = {"unix:theirs/run/curfew.sock"}, .before_exec = [] {
                             make_theirs("theirs/run");
                             make_theirs("theirs");
                             fs::create_directory("secret");
                             std::ofstream("secret/curfew.sock") << "precious\n";
                         }});
    CHECK(server.get("/hello").status == 200);
    const auto theirs = server.directory() / "theirs";
    fs::rename(theirs / "run", theirs / "old");
    plant_link("../secret", theirs / "run");

    server.signal(SIGTERM);

    CHECK(server.exit_status() == 0);
    CHECK(server.read("secret/curfew.sock") == "precious\n");
    CHECK_FALSE(fs::exists(theirs / "old/curfew.sock"));
}
