#include "tests/support/server.h"
#include "tests/support/wait_until.h"

#include <arpa/inet.h>
#include <doctest/doctest.h>
#include <fcntl.h>
#include <netdb.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <cstdlib>
#include <fstream>
#include <string>
#include <vector>

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
void hand_over(UniqueFd socket) {
    // Not 3 itself, which dup2 would leave as it is: to be closed by exec.
    const UniqueFd fd = checked_fd(::fcntl(socket.get(), F_DUPFD_CLOEXEC, 10), "fcntl");
    socket.reset();
    checked(::dup2(fd.get(), 3), "dup2");
    ::setenv("LISTEN_FDS", "1", 1);
    ::setenv("LISTEN_PID", std::to_string(::getpid()).c_str(), 1);
}

void hand_over_socket() { hand_over(listening_tcp()); }

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

TEST_CASE("a Unix socket that a successor has made meanwhile stays") {
    const Server server({.bind = {"unix:curfew.sock"}});
    const auto path = server.directory() / "curfew.sock";
    std::filesystem::remove(path);
    const auto successor = listening_unix(path);

    server.signal(SIGTERM);

    CHECK(server.exit_status() == 0);
    CHECK(std::filesystem::is_socket(path));
}

TEST_CASE("a host's name is served on all of its addresses, at one port") {
    const Server server({.bind = {"localhost:0"}});
    const auto urls = server.urls();
    const auto port = urls.at(0).substr(urls.at(0).rfind(':'));

    // The name has both addresses on most machines, and one at least.
    std::vector<std::string> expected;
    addrinfo hints{};
    hints.ai_socktype = SOCK_STREAM;
    addrinfo* found = nullptr;
    REQUIRE(::getaddrinfo("localhost", nullptr, &hints, &found) == 0);
    for (const auto* each = found; each != nullptr; each = each->ai_next) {
        const bool v6 = each->ai_family == AF_INET6;
        if (v6 && !has_ipv6()) continue;
        expected.push_back((v6 ? "http://[::1]" : "http://127.0.0.1") + port);
    }
    ::freeaddrinfo(found);
    std::ranges::sort(expected);
    expected.erase(std::unique(expected.begin(), expected.end()), expected.end());
    REQUIRE(wait_until([&] { return server.urls().size() == expected.size(); }));
    auto all = server.urls();
    std::ranges::sort(all);
    CHECK(all == expected);
    for (const auto& url : all) {
        CAPTURE(url);
        Client client(url);
        CHECK(client.get("/hello").status == 200);
    }
}

TEST_CASE("a host's name with several addresses is served on each of them, at one port") {
    std::vector<std::string> wrapper{"unshare", "--mount", "--fork", "--kill-child"};
    if (::geteuid() != 0) wrapper.emplace_back("--map-root-user");
    wrapper.insert(wrapper.end(), {"sh", "-c",
                                   "echo 127.0.0.1 several.test >hosts && "
                                   "echo 127.0.0.2 several.test >>hosts && "
                                   "mount --bind hosts /etc/hosts && exec \"$@\"",
                                   "sh"});
    const Server server({.bind = {"several.test:0"}, .wrapper = wrapper});

    REQUIRE(wait_until([&] { return server.urls().size() == 2; }));
    auto all = server.urls();
    std::ranges::sort(all);
    const auto port = all[0].substr(all[0].rfind(':'));
    CHECK(all == std::vector{"http://127.0.0.1" + port, "http://127.0.0.2" + port});
    for (const auto& url : all) {
        CAPTURE(url);
        Client client(url);
        CHECK(client.get("/hello").status == 200);
    }
}

TEST_CASE("a server that starts while the one before still drains gets its address") {
    const Server old({.workers = 1});
    const auto url = old.url();
    Client client(url);
    client.send(get_request("/delay/1"));
    REQUIRE(wait_until([&] { return title_of(old.worker()).ends_with("[ready]"); }));

    old.signal(SIGTERM);
    const Server next({.workers = 1, .bind = {url.substr(std::string("http://").size())}});

    CHECK(client.read_reply().status == 200);
    CHECK(next.get("/hello").status == 200);
    CHECK(next.url() == url);
}

TEST_CASE("a server that waits for its address says so, and can be stopped") {
    const Server first;
    const auto address = first.url().substr(std::string("http://").size());

    const Server second(
        {.bind = {address}, .before_exec = [] {
             const pid_t server = ::getpid();
             if (::fork() != 0) return;
             if (wait_until([] { return contains(read_file("error"), "trying again for some"); })) {
                 ::kill(server, SIGTERM);
             }
             ::_exit(0);
         }});

    CHECK(second.exit_status() == 0);
    CHECK(contains(second.log(), "cannot listen on " + address + ": Address already in use"));
    CHECK(count(second.log(), "\n") == 1);
}

TEST_CASE("a socket that the service manager hands over is served, and no other") {
    const Server server({.bind = {"unix:unused.sock"}, .before_exec = hand_over_socket});

    REQUIRE(server.urls().size() == 1);
    CHECK(server.url().starts_with("http://127.0.0.1:"));
    CHECK(server.get("/hello").status == 200);
    CHECK_FALSE(std::filesystem::exists(server.directory() / "unused.sock"));
}

TEST_CASE(
    "what a slow client leaves in the kernel is bounded on a socket that was handed over, too") {
    const auto socket = listening_tcp();
    const Server server({.bind = {"unix:unused.sock"}, .before_exec = [&] {
                             hand_over(
                                 checked_fd(::fcntl(socket.get(), F_DUPFD_CLOEXEC, 10), "fcntl"));
                         }});
    REQUIRE(server.get("/hello").status == 200);

    int most = 0;
    socklen_t size = sizeof most;
    checked(::getsockopt(socket.get(), IPPROTO_TCP, TCP_NOTSENT_LOWAT, &most, &size), "getsockopt");

    CHECK(most > 0);
    CHECK(most <= 1 << 20);
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
