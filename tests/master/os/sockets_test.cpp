#include "master/os/sockets.h"

#include "tests/support/temporary_directory.h"

#include <doctest/doctest.h>
#include <fcntl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>

#include <stdexcept>
#include <string>

using namespace curfew;
using namespace curfew::master;

namespace {

/// The message with which a list of addresses is refused; empty if it is not.
std::string refusal(const std::string& bind) {
    try {
        (void)open_sockets({bind}, 10);
        return {};
    } catch (const std::runtime_error& error) {
        return error.what();
    }
}

bool can_connect(const std::string& path) {
    const UniqueFd fd = checked_fd(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0), "socket");
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    path.copy(address.sun_path, sizeof address.sun_path - 1);
    return ::connect(fd.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0;
}

}  // namespace

TEST_CASE("a TCP address has a host and a port, of which either may be missing") {
    struct Case {
        std::string_view text;
        std::string_view host;
        int port;
    };
    for (const auto& [text, host, port] : {
             Case{"127.0.0.1:8001", "127.0.0.1", 8001},
             Case{"localhost:80", "localhost", 80},
             Case{"localhost", "localhost", 8000},
             Case{"[::1]:8001", "::1", 8001},
             Case{"[::1]", "::1", 8000},
             Case{":8001", "", 8001},
             Case{"a:0", "a", 0},
             Case{"a:65535", "a", 65535},
         }) {
        CAPTURE(text);
        const auto bind = parse_bind(text);
        REQUIRE(std::holds_alternative<TcpBind>(bind));
        CHECK(std::get<TcpBind>(bind).host == host);
        CHECK(std::get<TcpBind>(bind).port == port);
    }
}

TEST_CASE("a Unix address has a path and perhaps a mode") {
    const auto plain = std::get<UnixBind>(parse_bind("unix:/run/a.sock"));
    CHECK(plain.path == "/run/a.sock");
    CHECK_FALSE(plain.mode);
    const auto relative = std::get<UnixBind>(parse_bind("unix:a:b,mode=0660"));
    CHECK(relative.path == "a:b");
    CHECK(relative.mode == 0660);
    CHECK(std::get<UnixBind>(parse_bind("unix:a,mode=777")).mode == 0777);
    CHECK(std::get<UnixBind>(parse_bind("unix:a,mode=0")).mode == 0);
    CHECK_NOTHROW((void)parse_bind("unix:" + std::string(107, 'a')));
}

TEST_CASE("a malformed address is refused") {
    for (const std::string_view text : {"",
                                        "a:",
                                        "a:b",
                                        "a:65536",
                                        "a:-1",
                                        "a:+1",
                                        "a: 1",
                                        "a:1 ",
                                        "a:0x1",
                                        "a:80:80",
                                        "::1",
                                        "::1:80",
                                        "[::1",
                                        "[::1]80",
                                        "[::1]:",
                                        "[::1]:a",
                                        "unix:",
                                        "unix:,mode=0660",
                                        "unix:a,",
                                        "unix:a,mode=",
                                        "unix:a,mode=8",
                                        "unix:a,mode=1777",
                                        "unix:a,mode=-1",
                                        "unix:a,mode=0660,x",
                                        "unix:a,user=b"}) {
        CAPTURE(text);
        CHECK_THROWS_AS((void)parse_bind(text), std::invalid_argument);
    }
    CHECK_THROWS_AS((void)parse_bind("unix:" + std::string(108, 'a')), std::invalid_argument);
}

TEST_CASE("an opened TCP socket listens, does not block, and is not for children's programs") {
    const auto sockets = open_sockets({"127.0.0.1:0"}, 10);

    REQUIRE(sockets.size() == 1);
    const int fd = sockets[0].fd.get();
    int listening = 0;
    socklen_t size = sizeof listening;
    CHECK(::getsockopt(fd, SOL_SOCKET, SO_ACCEPTCONN, &listening, &size) == 0);
    CHECK(listening == 1);
    CHECK((::fcntl(fd, F_GETFL) & O_NONBLOCK) != 0);
    CHECK((::fcntl(fd, F_GETFD) & FD_CLOEXEC) != 0);
    CHECK(sockets[0].name.starts_with("http://127.0.0.1:"));
    CHECK_FALSE(sockets[0].name.ends_with(":0"));
    CHECK_FALSE(sockets[0].file);
}

TEST_CASE("an address in use is refused by name") {
    const auto sockets = open_sockets({"127.0.0.1:0"}, 10);
    const auto taken = sockets.at(0).name.substr(std::string("http://").size());

    const auto message = refusal(taken);

    CHECK(message.find("cannot listen on " + taken) == 0);
    CHECK(message.find("in use") != std::string::npos);
}

TEST_CASE("a Unix socket has the mode that was asked for") {
    const TemporaryDirectory directory;
    const auto path = (directory.path() / "a.sock").string();

    const auto sockets = open_sockets({"unix:" + path + ",mode=0612"}, 10);

    REQUIRE(sockets.size() == 1);
    CHECK(sockets[0].file->in_place());
    CHECK(sockets[0].name == "unix:" + path);
    struct stat status {};
    REQUIRE(::stat(path.c_str(), &status) == 0);
    CHECK((status.st_mode & 0777) == 0612);
    CHECK(can_connect(path));
}

TEST_CASE("a socket file that nobody listens on makes way, anything else does not") {
    const TemporaryDirectory directory;
    const auto path = (directory.path() / "a.sock").string();

    SUBCASE("left behind") {
        { const auto left_behind = open_sockets({"unix:" + path}, 10); }
        REQUIRE(std::filesystem::exists(path));
        const auto sockets = open_sockets({"unix:" + path}, 10);
        CHECK(can_connect(path));
    }
    SUBCASE("another server's") {
        const auto other = open_sockets({"unix:" + path}, 10);
        CHECK(refusal("unix:" + path) ==
              "cannot listen on unix:" + path + ": another server listens on it");
        CHECK(can_connect(path));
    }
    SUBCASE("another server's whose queue is full") {
        const auto other = open_sockets({"unix:" + path}, 0);
        CHECK(can_connect(path));
        CHECK(refusal("unix:" + path) ==
              "cannot listen on unix:" + path + ": another server listens on it");
    }
    SUBCASE("a file") {
        directory.write("a.sock", "precious");
        CHECK(refusal("unix:" + path) ==
              "cannot listen on unix:" + path + ": a file that is not a socket is in the way");
        CHECK(std::filesystem::file_size(path) == 8);
    }
}
