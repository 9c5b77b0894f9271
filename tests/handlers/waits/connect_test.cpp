#include "limited_calls.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/un.h>

#include <vector>

using namespace curfew;
using namespace curfew::tests;
using namespace std::chrono_literals;

namespace {

/// A socket with an address on this machine that the kernel has chosen.
class Bound {
  public:
    explicit Bound(sa_family_t family, int type = SOCK_STREAM)
        : fd(checked_fd(::socket(family, type | SOCK_CLOEXEC, 0), "socket")) {
        address_.ss_family = family;
        if (family == AF_INET) {
            auto& inet = reinterpret_cast<sockaddr_in&>(address_);
            inet.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
            size = sizeof inet;
        } else {
            size = sizeof family;
        }
        checked(::bind(fd.get(), address(), size), "bind");
        size = sizeof address_;
        checked(::getsockname(fd.get(), address(), &size), "getsockname");
    }

    [[nodiscard]] sockaddr* address() noexcept { return reinterpret_cast<sockaddr*>(&address_); }

    [[nodiscard]] UniqueFd client() const {
        return UniqueFd(
            checked_fd(::socket(address_.ss_family, SOCK_STREAM | SOCK_CLOEXEC, 0), "socket"));
    }

    UniqueFd fd;
    socklen_t size = 0;

  private:
    sockaddr_storage address_{};
};

class Listener : public Bound {
  public:
    explicit Listener(sa_family_t family, int backlog = 8) : Bound(family) {
        checked(::listen(fd.get(), backlog), "listen");
    }

    /// Clients until no more fit: each of them is connected, or about to be.
    [[nodiscard]] std::vector<UniqueFd> fill() {
        std::vector<UniqueFd> clients;
        while (true) {
            clients.push_back(client());
            const int client = clients.back().get();
            ::fcntl(client, F_SETFL, O_NONBLOCK);
            if (::connect(client, address(), size) == 0) continue;
            if (errno != EINPROGRESS) return clients;  // Unix
            pollfd wanted{.fd = client, .events = POLLOUT, .revents = 0};
            if (::poll(&wanted, 1, 200) == 0) return clients;
        }
    }
};

bool blocks(int fd) { return (::fcntl(fd, F_GETFL) & O_NONBLOCK) == 0; }

template <typename Test>
void for_each_family(Test test) {
    for (const auto family : {sa_family_t{AF_UNIX}, sa_family_t{AF_INET}}) {
        CAPTURE(family);
        for_each_limit([&](const char* strategy) { test(family, strategy); });
    }
}

}  // namespace

TEST_CASE("connect and accept meet, and the sockets block as before") {
    for_each_family([](sa_family_t family, const char* strategy) {
        Listener listener(family);
        const auto client = listener.client();
        errno = EXDEV;
        CHECK(limited(strategy, late, [&] {
                  return ::connect(client.get(), listener.address(), listener.size);
              }) == done(0));
        CHECK(blocks(client.get()));
        for (const int flags : {0, int{SOCK_NONBLOCK}}) {
            const auto other = listener.client();
            UniqueFd accepted;
            sockaddr_storage from{};
            socklen_t size = sizeof from;
            const auto peer = shortly(
                [&] { CHECK(::connect(other.get(), listener.address(), listener.size) == 0); });
            if (flags) {
                CHECK(limited(strategy, late, [&] {
                          accepted.reset(::accept(listener.fd.get(), nullptr, nullptr));
                          return accepted ? 0 : -1;
                      }) == done(0));
            }
            CHECK(limited(strategy, late, [&] {
                      accepted.reset(::accept4(listener.fd.get(),
                                               reinterpret_cast<sockaddr*>(&from), &size, flags));
                      return accepted ? 0 : -1;
                  }) == done(0));
            CHECK(from.ss_family == family);
            CHECK(blocks(accepted.get()) == (flags == 0));
        }
    });
}

TEST_CASE("nobody comes: accept ends at the limit, and accepts who comes later") {
    for_each_family([](sa_family_t family, const char* strategy) {
        Listener listener(family);
        const auto accept = [&] {
            const UniqueFd accepted(::accept(listener.fd.get(), nullptr, nullptr));
            return accepted ? 0 : -1;
        };
        CHECK(limited(strategy, soon, accept) == failed(ETIMEDOUT));
        const auto client = listener.client();
        CHECK(::connect(client.get(), listener.address(), listener.size) == 0);
        CHECK(limited(strategy, late, accept) == done(0));
        CHECK(blocks(listener.fd.get()));

        const timeval timeout{.tv_sec = 0, .tv_usec = 50'000};
        checked(::setsockopt(listener.fd.get(), SOL_SOCKET, SO_RCVTIMEO, &timeout, sizeof timeout),
                "setsockopt");
        CHECK(limited(strategy, late, accept) == failed(EAGAIN));
        ::fcntl(listener.fd.get(), F_SETFL, O_NONBLOCK);
        CHECK(limited(strategy, late, accept) == failed(EAGAIN));
        const auto other = listener.client();
        CHECK(limited(strategy, late, [&] { return ::accept(other.get(), nullptr, nullptr); }) ==
              failed(EINVAL));
    });
}

TEST_CASE("a refusal is said at once, and the socket can be tried again") {
    for_each_limit([](const char* strategy) {
        Bound server(AF_INET);
        const auto client = server.client();
        const auto connect = [&] { return ::connect(client.get(), server.address(), server.size); };
        CHECK(limited(strategy, late, connect) == failed(ECONNREFUSED));
        CHECK(limited(strategy, late, connect) == failed(ECONNREFUSED));
        CHECK(blocks(client.get()));
        checked(::listen(server.fd.get(), 1), "listen");
        CHECK(limited(strategy, late, connect) == done(0));
        CHECK(limited(strategy, late, connect) == failed(EISCONN));
        CHECK(limited(strategy, late, [&] {
                  return ::connect(-1, server.address(), server.size);
              }) == failed(EBADF));
    });
}

TEST_CASE("a server whose backlog is full: connect ends at the limit, and connects later") {
    for_each_family([](sa_family_t family, const char* strategy) {
        Listener listener(family, 0);
        auto others = listener.fill();
        const auto client = listener.client();
        const auto connect = [&] {
            return ::connect(client.get(), listener.address(), listener.size);
        };
        CHECK(limited(strategy, soon, connect) == failed(ETIMEDOUT));
        CHECK(blocks(client.get()));
        const std::jthread server([&](const std::stop_token& stop) {
            while (!stop.stop_requested()) {
                pollfd wanted{.fd = listener.fd.get(), .events = POLLIN, .revents = 0};
                if (::poll(&wanted, 1, 10) == 0) continue;
                const UniqueFd accepted(::accept(listener.fd.get(), nullptr, nullptr));
            }
        });
        CHECK(limited(strategy, late, connect) == done(0));
        CHECK(blocks(client.get()));
    });
}

TEST_CASE("a socket's own timeout ends connect, and a socket that does not block never waits") {
    for_each_limit([](const char* strategy) {
        Listener listener(AF_UNIX, 0);
        const auto others = listener.fill();
        const auto client = listener.client();
        const auto connect = [&] {
            return ::connect(client.get(), listener.address(), listener.size);
        };
        const timeval timeout{.tv_sec = 0, .tv_usec = 50'000};
        checked(::setsockopt(client.get(), SOL_SOCKET, SO_SNDTIMEO, &timeout, sizeof timeout),
                "setsockopt");
        CHECK(limited(strategy, late, connect) == failed(EAGAIN));
        ::fcntl(client.get(), F_SETFL, O_NONBLOCK);
        CHECK(limited(strategy, late, connect) == failed(EAGAIN));
        CHECK_FALSE(blocks(client.get()));
    });
}
