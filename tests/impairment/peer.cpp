#include "tests/impairment/peer.h"

#include "tests/support/wait_until.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>

#include <algorithm>
#include <stdexcept>

namespace curfew::tests {

namespace {

bool ready(const UniqueFd& socket, short events, std::chrono::milliseconds limit) {
    pollfd poll{.fd = socket.get(), .events = events, .revents = 0};
    return ::poll(&poll, 1, static_cast<int>(limit.count())) > 0;
}

sockaddr_in loopback(std::uint16_t port) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    return address;
}

/// A connected or listening one; every piece leaves at once, so that drops can be told apart.
UniqueFd new_socket() {
    auto socket = checked_fd(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), "socket");
    const int on = 1;
    ::setsockopt(socket.get(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    return socket;
}

}  // namespace

Peer Peer::connect(std::uint16_t port) {
    auto socket = new_socket();
    const auto address = loopback(port);
    checked(::connect(socket.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address),
            "connect");
    return Peer(std::move(socket));
}

void Peer::send(std::string_view bytes) {
    while (!bytes.empty()) {
        if (!ready(socket_, POLLOUT, patience)) throw std::runtime_error("cannot send");
        const auto count =
            ::send(socket_.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
        if (count < 0 && errno != EAGAIN) throw std::runtime_error("the receiver is gone");
        if (count > 0) bytes.remove_prefix(static_cast<std::size_t>(count));
    }
}

std::size_t Peer::fill() {
    const std::string bytes(65536, 'x');
    std::size_t sum = 0;
    while (ready(socket_, POLLOUT, 5 * a_while)) {
        const auto count =
            ::send(socket_.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
        if (count < 0 && errno != EAGAIN) throw std::runtime_error("the receiver is gone");
        if (count > 0) sum += static_cast<std::size_t>(count);
    }
    return sum;
}

std::string Peer::read_some(std::size_t most) {
    if (!ready(socket_, POLLIN, patience)) throw std::runtime_error("nothing comes");
    std::string bytes(std::min<std::size_t>(most, 65536), '\0');
    const auto count = ::recv(socket_.get(), bytes.data(), bytes.size(), 0);
    if (count < 0) was_reset_ = errno == ECONNRESET;
    bytes.resize(count > 0 ? static_cast<std::size_t>(count) : 0);
    return bytes;
}

std::string Peer::read(std::size_t count) {
    std::string bytes;
    while (bytes.size() < count) {
        const auto more = read_some(count - bytes.size());
        if (more.empty()) break;
        bytes += more;
    }
    return bytes;
}

std::string Peer::read_all() { return read(std::string::npos); }

bool Peer::hears_within(std::chrono::milliseconds time) const {
    return ready(socket_, POLLIN, time);
}

void Peer::finish_sending() { ::shutdown(socket_.get(), SHUT_WR); }

void Peer::reset() {
    const ::linger at_once{.l_onoff = 1, .l_linger = 0};
    ::setsockopt(socket_.get(), SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
    socket_.reset();
}

Listener::Listener(std::uint16_t port) : socket_(new_socket()) {
    auto address = loopback(port);
    socklen_t size = sizeof address;
    checked(::bind(socket_.get(), reinterpret_cast<const sockaddr*>(&address), size), "bind");
    checked(::listen(socket_.get(), SOMAXCONN), "listen");
    checked(::getsockname(socket_.get(), reinterpret_cast<sockaddr*>(&address), &size),
            "getsockname");
    port_ = ntohs(address.sin_port);
}

Peer Listener::accept() const {
    if (!has_client_within(patience)) throw std::runtime_error("no client comes");
    auto socket = checked_fd(::accept4(socket_.get(), nullptr, nullptr, SOCK_CLOEXEC), "accept4");
    return Peer(std::move(socket));
}

bool Listener::has_client_within(std::chrono::milliseconds time) const {
    return ready(socket_, POLLIN, time);
}

}  // namespace curfew::tests
