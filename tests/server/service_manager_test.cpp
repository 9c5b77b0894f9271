#include "handlers/base/unique_fd.h"
#include "tests/support/server.h"
#include "tests/support/wait_until.h"

#include <doctest/doctest.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <csignal>
#include <cstddef>
#include <filesystem>
#include <fstream>
#include <regex>
#include <string>

using namespace curfew;
using namespace curfew::tests;

namespace {

/// A service manager, as far as sd_notify(3) goes.
class Manager {
  public:
    /// `address`: a path, or an abstract one that begins with @.
    explicit Manager(std::string address) : address_(std::move(address)) {
        sockaddr_un socket{};
        socket.sun_family = AF_UNIX;
        address_.copy(socket.sun_path, sizeof socket.sun_path - 1);
        if (address_[0] == '@') socket.sun_path[0] = '\0';
        const auto size = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + address_.size());
        checked(::bind(socket_.get(), reinterpret_cast<const sockaddr*>(&socket), size), "bind");
    }

    /// All that has come so far.
    const std::string& told() {
        char text[4096];
        ssize_t size = 0;
        while ((size = ::recv(socket_.get(), text, sizeof text, MSG_DONTWAIT)) > 0) {
            told_.append(text, static_cast<std::size_t>(size)).push_back('\n');
        }
        return told_;
    }

    [[nodiscard]] bool hears(const std::string& text, std::size_t times = 1) {
        return wait_until([&] { return count(told(), text) >= times; });
    }

    /// For Setup::before_exec.
    [[nodiscard]] auto set() const {
        return [address = address_] { ::setenv("NOTIFY_SOCKET", address.c_str(), 1); };
    }

  private:
    std::string address_;
    UniqueFd socket_ = checked_fd(::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0), "socket");
    std::string told_;
};

std::string new_address(const char* kind) {
    return kind + std::string("curfew-notify-") + std::to_string(::getpid());
}

}  // namespace

TEST_CASE("the service manager hears when the server serves, reloads and stops") {
    Manager manager(new_address("@"));
    const Server server({.workers = 2, .before_exec = manager.set()});

    CHECK(manager.hears("READY=1\n"));
    CHECK(server.get("/hello").status == 200);
    CHECK(manager.told() == "READY=1\nSTATUS=serving\n");

    server.signal(SIGHUP);
    CHECK(manager.hears("READY=1\n", 2));
    CHECK(std::regex_match(manager.told(),
                           std::regex("READY=1\nSTATUS=serving\nRELOADING=1\nMONOTONIC_USEC=\\d+\n"
                                      "STATUS=replacing the workers\nREADY=1\nSTATUS=serving\n")));

    server.signal(SIGTERM);
    CHECK(server.exit_status() == 0);
    CHECK(manager.told().ends_with("STOPPING=1\nSTATUS=finishing what is accepted\n"));
}

TEST_CASE("a reload that changes nothing is over at once") {
    Manager manager(new_address("@"));
    const Server server({.config = "backlog = 100\n", .workers = 1, .before_exec = manager.set()});
    REQUIRE(manager.hears("READY=1\n"));
    std::ofstream(server.directory() / "curfew.toml") << "backlog = \n";

    server.signal(SIGHUP);

    CHECK(server.logs("nothing has changed"));
    CHECK(manager.hears("RELOADING=1\n"));
    CHECK(manager.hears("READY=1\n", 2));
}

TEST_CASE("the service manager may be a path, and no process below the master knows it") {
    const auto path = std::filesystem::temp_directory_path() / new_address("");
    {
        Manager manager(path.string());
        const Server server(
            {.app = test_app("environment"), .workers = 1, .before_exec = manager.set()});

        CHECK(manager.hears("READY=1\n"));
        CHECK(server.get("/variable/NOTIFY_SOCKET").body == "unset");
    }
    std::filesystem::remove(path);
}

TEST_CASE("a service manager that cannot be reached prevents no start") {
    for (const char* const address : {"/nowhere/at/all", "relative", "", "@nobody-listens-here"}) {
        CAPTURE(address);
        const Server server(
            {.workers = 1, .before_exec = [address] { ::setenv("NOTIFY_SOCKET", address, 1); }});
        CHECK(server.get("/hello").status == 200);
    }
}
