#include "tests/support/server.h"

#include <arpa/inet.h>
#include <doctest/doctest.h>
#include <fcntl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <csignal>
#include <cstdlib>
#include <fstream>
#include <string>

using namespace curfew;
using namespace curfew::tests;

namespace {

bool has_ipv6() {
    const UniqueFd fd{::socket(AF_INET6, SOCK_STREAM | SOCK_CLOEXEC, 0)};
    sockaddr_in6 address{};
    address.sin6_family = AF_INET6;
    address.sin6_addr = in6addr_loopback;
    return fd && ::bind(fd.get(), reinterpret_cast<sockaddr*>(&address), sizeof address) == 0;
}

UniqueFd listening_unix(const std::string& path) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    path.copy(address.sun_path, sizeof address.sun_path - 1);
    UniqueFd fd = checked_fd(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0), "socket");
    checked(::bind(fd.get(), reinterpret_cast<sockaddr*>(&address), sizeof address), "bind");
    checked(::listen(fd.get(), 8), "listen");
    return fd;
}

UniqueFd listening_tcp() {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    UniqueFd fd = checked_fd(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), "socket");
    checked(::bind(fd.get(), reinterpret_cast<sockaddr*>(&address), sizeof address), "bind");
    checked(::listen(fd.get(), 8), "listen");
    return fd;
}

/// What a service manager does before it starts a server: descriptor 3 listens.
void hand_over_socket() {
    // Not 3 itself, which dup2 would leave as it is: to be closed by exec.
    const UniqueFd fd = checked_fd(::fcntl(listening_tcp().get(), F_DUPFD_CLOEXEC, 10), "fcntl");
    checked(::dup2(fd.get(), 3), "dup2");
    ::setenv("LISTEN_FDS", "1", 1);
    ::setenv("LISTEN_PID", std::to_string(::getpid()).c_str(), 1);
}

mode_t mode_of(const std::string& path) {
    struct stat status {};
    checked(::stat(path.c_str(), &status), "stat");
    return status.st_mode & 07777;
}

}  // namespace

TEST_CASE("every address that is named is served") {
    Setup setup{.bind = {"127.0.0.1:0", "unix:one.sock", "unix:two.sock"}};
    if (has_ipv6()) setup.bind.push_back("[::1]:0");
    const Server server(setup);

    const auto urls = server.urls();

    REQUIRE(urls.size() == setup.bind.size());
    for (const auto& url : urls) {
        CAPTURE(url);
        Client client(url);
        CHECK(client.get("/hello").body == "Hello, world!\n");
    }
}

TEST_CASE("a Unix socket gets the permissions that are named") {
    const Server server({.bind = {"unix:curfew.sock,mode=0660"}});

    CHECK(mode_of(server.directory() / "curfew.sock") == 0660);
    CHECK(server.get("/hello").status == 200);
}

TEST_CASE("a Unix socket that nobody listens on any more is replaced") {
    const Server server({.bind = {"unix:curfew.sock"},
                         .before_exec = [] { listening_unix("curfew.sock").reset(); }});

    CHECK(server.get("/hello").status == 200);
}

TEST_CASE("a Unix socket of a living server is refused, and stays") {
    const Server first({.bind = {"unix:curfew.sock"}});
    const auto path = (first.directory() / "curfew.sock").string();

    const Server second({.bind = {"unix:" + path}});

    CHECK(second.exit_status() == 1);
    CHECK(contains(second.log(), "cannot listen on unix:" + path));
    CHECK(contains(second.log(), "another server listens on it"));
    CHECK(first.get("/hello").status == 200);
}

TEST_CASE("a file that is no socket is not replaced by one") {
    const Server server(
        {.bind = {"unix:precious"}, .before_exec = [] { std::ofstream("precious") << "data"; }});

    CHECK(server.exit_status() == 1);
    CHECK(contains(server.log(), "not a socket"));
    CHECK(server.read("precious") == "data");
}

TEST_CASE("a Unix socket is removed when the server stops") {
    const Server server({.bind = {"unix:curfew.sock"}});
    REQUIRE(std::filesystem::exists(server.directory() / "curfew.sock"));

    server.signal(SIGTERM);

    CHECK(server.exit_status() == 0);
    CHECK_FALSE(std::filesystem::exists(server.directory() / "curfew.sock"));
}

TEST_CASE("a port that is taken is refused by name") {
    const Server first;
    const auto address = first.url().substr(std::string("http://").size());

    const Server second({.bind = {"unix:curfew.sock", address}});

    CHECK(second.exit_status() == 1);
    CHECK(contains(second.log(), "cannot listen on " + address + ": Address already in use"));
    CHECK_FALSE(std::filesystem::exists(second.directory() / "curfew.sock"));
}

TEST_CASE("a socket that the service manager hands over is served, and no other") {
    const Server server({.bind = {"unix:unused.sock"}, .before_exec = hand_over_socket});

    REQUIRE(server.urls().size() == 1);
    CHECK(server.url().starts_with("http://127.0.0.1:"));
    CHECK(server.get("/hello").status == 200);
    CHECK_FALSE(std::filesystem::exists(server.directory() / "unused.sock"));
}

TEST_CASE("sockets that were handed over to another process are not touched") {
    const Server server({.before_exec = [] {
        hand_over_socket();
        ::setenv("LISTEN_PID", "1", 1);
    }});

    CHECK(server.get("/hello").status == 200);
}

TEST_CASE("a descriptor that does not listen is refused") {
    const Server server({.before_exec = [] {
        hand_over_socket();
        checked(::dup2(STDOUT_FILENO, 3), "dup2");
    }});

    CHECK(server.exit_status() == 1);
    CHECK(contains(server.log(), "LISTEN_FDS: descriptor 3 is not a listening socket"));
}
