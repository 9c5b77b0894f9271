#pragma once

#include "handlers/base/unique_fd.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <sys/socket.h>
#include <sys/time.h>

#include <cstddef>
#include <string>

namespace curfew::worker {

/// The two ends of a connection: the server's does not block, the client's gives up after 10 s.
struct SocketPair {
    UniqueFd server;
    UniqueFd client;
};

inline void give_up_after_a_while(int fd) {
    const timeval limit{.tv_sec = 10, .tv_usec = 0};
    checked(::setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit), "setsockopt");
}

inline SocketPair make_socket_pair() {
    int ends[2];
    checked(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends), "socketpair");
    SocketPair pair{UniqueFd{ends[0]}, UniqueFd{ends[1]}};
    checked(::fcntl(pair.server.get(), F_SETFL, O_NONBLOCK), "fcntl");
    give_up_after_a_while(pair.client.get());
    return pair;
}

/// Lets the socket listen on loopback, and connects a client to it.
inline UniqueFd connect_to(const UniqueFd& listening) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    auto* const any = reinterpret_cast<sockaddr*>(&address);
    checked(::bind(listening.get(), any, size), "bind");
    checked(::listen(listening.get(), 8), "listen");
    checked(::getsockname(listening.get(), any, &size), "getsockname");
    auto client = checked_fd(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), "socket");
    checked(::connect(client.get(), any, size), "connect");
    return client;
}

/// The same over TCP, where there are resets.
inline SocketPair make_tcp_pair() {
    const UniqueFd listening =
        checked_fd(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), "socket");
    SocketPair pair;
    pair.client = connect_to(listening);
    pair.server = checked_fd(
        ::accept4(listening.get(), nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC), "accept4");
    give_up_after_a_while(pair.client.get());
    return pair;
}

/// What waits to be read, without waiting for more.
inline std::string take_available(int fd) {
    std::string text;
    char part[65536];
    for (ssize_t count = 0; (count = ::recv(fd, part, sizeof part, MSG_DONTWAIT)) > 0;) {
        text.append(part, static_cast<std::size_t>(count));
    }
    return text;
}

}  // namespace curfew::worker
