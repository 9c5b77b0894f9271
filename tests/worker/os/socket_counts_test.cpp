#include "worker/os/socket_counts.h"

#include "tests/worker/os/socket_pair.h"
#include "tests/worker/clients/test_worker.h"

#include <doctest/doctest.h>
#include <poll.h>

#include <atomic>
#include <string>
#include <thread>

using namespace curfew;
using namespace curfew::worker;

namespace {

struct Counted {
    SocketPair pair = make_tcp_pair();

    [[nodiscard]] std::uint64_t received() const {
        return socket_counts(pair.server.get())->received;
    }
    [[nodiscard]] std::uint64_t sent() const { return socket_counts(pair.server.get())->sent; }

    /// The client's bytes, or its end, have arrived.
    void await(short what) const {
        pollfd socket{.fd = pair.server.get(), .events = what, .revents = 0};
        REQUIRE(::poll(&socket, 1, 10000) == 1);
        REQUIRE((socket.revents & what) != 0);
    }
    void take(std::size_t count) const {
        std::string bytes(count, 0);
        await(POLLIN);
        REQUIRE(::recv(pair.server.get(), bytes.data(), count, MSG_WAITALL) ==
                static_cast<ssize_t>(count));
    }
};

}  // namespace

TEST_CASE("what was taken from a socket is counted, not what waits in it") {
    Counted tcp;
    CHECK(tcp.received() == 0);
    send_all(tcp.pair.client, "0123456789");
    tcp.await(POLLIN);
    CHECK(tcp.received() == 0);
    tcp.take(4);
    CHECK(tcp.received() == 4);
    tcp.take(6);
    CHECK(tcp.received() == 10);
    CHECK(tcp.sent() == 0);
}

TEST_CASE("what was given to a socket is counted, wherever it is by now") {
    Counted tcp;
    send_all(tcp.pair.server, "0123456");
    CHECK(tcp.sent() == 7);
    CHECK(take_available(tcp.pair.client.get()) == "0123456");
    CHECK(tcp.sent() == 7);
    send_all(tcp.pair.client, "a");  // acknowledges it
    tcp.take(1);
    CHECK(tcp.sent() == 7);

    const std::string much(1 << 20, 'x');
    std::uint64_t total = 7;
    ssize_t count = 0;
    while ((count = ::send(tcp.pair.server.get(), much.data(), much.size(), MSG_NOSIGNAL)) > 0) {
        total += static_cast<std::uint64_t>(count);
    }
    CHECK(tcp.sent() == total);
    take_available(tcp.pair.client.get());
    CHECK(tcp.sent() == total);
    CHECK(tcp.received() == 1);
}

TEST_CASE("the client's end does not count, whether it was read or not") {
    Counted tcp;
    send_all(tcp.pair.server, "abc");
    send_all(tcp.pair.client, "0123456789");
    ::shutdown(tcp.pair.client.get(), SHUT_WR);
    tcp.await(POLLRDHUP);
    CHECK(tcp.received() == 0);
    tcp.take(4);
    CHECK(tcp.received() == 4);
    tcp.take(6);
    CHECK(tcp.received() == 10);
    CHECK(at_end(tcp.pair.server));
    CHECK(tcp.received() == 10);
    send_all(tcp.pair.server, "defg");
    CHECK(tcp.sent() == 7);
    CHECK(tcp.received() == 10);
}

TEST_CASE("a client's end without a byte before it") {
    Counted tcp;
    ::shutdown(tcp.pair.client.get(), SHUT_WR);
    tcp.await(POLLRDHUP);
    CHECK(tcp.received() == 0);
    CHECK(at_end(tcp.pair.server));
    CHECK(tcp.received() == 0);
    CHECK(tcp.sent() == 0);
}

TEST_CASE("what the client sends during a look counts whole or not at all") {
    Counted tcp;
    std::atomic<bool> over = false;
    std::thread client([&] {
        while (!over && ::send(tcp.pair.client.get(), "x", 1, MSG_DONTWAIT | MSG_NOSIGNAL) != 0) {
        }
    });
    int wrong = 0;
    for (int look = 0; look < 20'000; ++look) wrong += tcp.received() != 0 ? 1 : 0;
    over = true;
    client.join();
    CHECK(wrong == 0);
}

TEST_CASE("what the client acknowledges during a look counts as sent all the same") {
    Counted tcp;
    std::thread client([&] {
        char part[65536];
        while (::recv(tcp.pair.client.get(), part, sizeof part, 0) > 0) {
        }
    });
    std::uint64_t total = 0;
    int wrong = 0;
    for (int i = 0; i < 10'000; ++i) {
        const auto count = ::send(tcp.pair.server.get(), "0123456789", 10, MSG_NOSIGNAL);
        if (count > 0) total += static_cast<std::uint64_t>(count);
        for (int look = 0; look < 3; ++look) wrong += tcp.sent() != total ? 1 : 0;
    }
    ::shutdown(tcp.pair.server.get(), SHUT_WR);
    client.join();
    CHECK(wrong == 0);
}

TEST_CASE("on a Unix socket, a pipe, or nothing at all, nobody counts") {
    const auto pair = make_socket_pair();
    send_all(pair.client, "abc");
    CHECK_FALSE(socket_counts(pair.server.get()));
    int ends[2];
    REQUIRE(::pipe2(ends, O_CLOEXEC) == 0);
    const UniqueFd read(ends[0]);
    const UniqueFd write(ends[1]);
    CHECK_FALSE(socket_counts(read.get()));
    CHECK_FALSE(socket_counts(-1));
}
