#include "handlers/backends/http.h"
#include "handlers/base/error.h"
#include "handlers/base/unique_fd.h"
#include "handlers/context/call_context.h"
#include "handlers/timeouts/with_timeout.h"
#include "tests/handlers/timeouts/processes/processes.h"
#include "tests/support/name_server.h"

#include <doctest/doctest.h>
#include <netdb.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <cstdint>
#include <string>

using namespace curfew;
using namespace curfew::tests;
using namespace std::chrono_literals;

namespace {

/// A name server that never answers, and needs no thread.
class SilentNameServer {
  public:
    SilentNameServer() : socket_(checked_fd(::socket(AF_INET, SOCK_DGRAM, 0), "socket")) {
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        socklen_t size = sizeof address;
        auto* const generic = reinterpret_cast<sockaddr*>(&address);
        checked(::bind(socket_.get(), generic, size), "bind");
        checked(::getsockname(socket_.get(), generic, &size), "getsockname");
        port_ = ntohs(address.sin_port);
    }
    [[nodiscard]] std::uint16_t port() const noexcept { return port_; }

  private:
    UniqueFd socket_;
    std::uint16_t port_ = 0;
};

int look_up_in_vain(std::uint16_t port) {
    const AsksNameServer asks(port);
    addrinfo* list = nullptr;
    return ::getaddrinfo("silent.test", nullptr, nullptr, &list);
}

}  // namespace

TEST_CASE("a look-up that gets no answer ends with its process") {
    const SilentNameServer server;
    for (const auto by : in_processes) {
        CAPTURE(by);
        const auto start = Deadline::Clock::now();
        CHECK_THROWS_AS(with_timeout(150ms, by, look_up_in_vain, server.port()), TimeoutError);
        CHECK(Deadline::Clock::now() - start < 1500ms);  // libc gives up after two seconds
    }
}

TEST_CASE("after an http call whose look-up was given up, strategy fork works") {
    const SilentNameServer server;
    const AsksNameServer asks(server.port());
    CHECK_THROWS_AS(with_timeout(100ms, "deadline", [] { http::get("http://silent.test:1/"); }),
                    TimeoutError);

    CHECK(with_timeout(1min, "fork", [] { return 7; }) == 7);
}
