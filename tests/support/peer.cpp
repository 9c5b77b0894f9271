#include "tests/support/peer.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>

namespace curfew::tests {

namespace {

UniqueFd bound_socket() {
    UniqueFd socket = checked_fd(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), "socket");
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = ::htonl(INADDR_LOOPBACK);
    checked(::bind(socket.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address),
            "bind");
    return socket;
}

sockaddr_in name_of(int socket) {
    sockaddr_in address{};
    socklen_t size = sizeof address;
    checked(::getsockname(socket, reinterpret_cast<sockaddr*>(&address), &size), "getsockname");
    return address;
}

std::string address_of(int socket) {
    return "127.0.0.1:" + std::to_string(::ntohs(name_of(socket).sin_port));
}

}  // namespace

Peer::Peer(Talk talk) : talk_(std::move(talk)), socket_(bound_socket()) {
    checked(::listen(socket_.get(), 64), "listen");
    acceptor_ = std::thread([this] { serve(); });
}

Peer::~Peer() {
    stopping_ = true;
    ::shutdown(socket_.get(), SHUT_RDWR);  // ends accept()
    acceptor_.join();
    {
        const std::lock_guard lock(mutex_);
        for (const int connection : open_) ::shutdown(connection, SHUT_RDWR);
    }
    for (auto& thread : threads_) thread.join();
}

std::string Peer::address() const { return address_of(socket_.get()); }

void Peer::serve() {
    while (!stopping_) {
        const int connection = ::accept4(socket_.get(), nullptr, nullptr, SOCK_CLOEXEC);
        if (connection < 0) continue;
        ++count_;
        const std::lock_guard lock(mutex_);
        open_.push_back(connection);
        threads_.emplace_back([this, connection] {
            talk_(connection);
            const std::lock_guard guard(mutex_);
            std::erase(open_, connection);
            ::close(connection);
        });
    }
}

void say_nothing(int connection) {
    while (!receive(connection).empty()) continue;
}

Peer::Talk drip(std::string bytes, std::chrono::milliseconds interval) {
    return [bytes = std::move(bytes), interval](int connection) {
        if (receive(connection).empty()) return;
        for (const char& byte : bytes) {
            send_all(connection, {&byte, 1});
            if (ends_within(connection, interval)) return;
        }
        say_nothing(connection);
    };
}

std::string receive(int connection) {
    std::array<char, 65536> buffer;
    const auto count = ::recv(connection, buffer.data(), buffer.size(), 0);
    return count <= 0 ? std::string() : std::string(buffer.data(), static_cast<std::size_t>(count));
}

void send_all(int connection, std::string_view bytes) {
    while (!bytes.empty()) {
        const auto count = ::send(connection, bytes.data(), bytes.size(), MSG_NOSIGNAL);
        if (count <= 0) return;
        bytes.remove_prefix(static_cast<std::size_t>(count));
    }
}

bool ends_within(int connection, std::chrono::milliseconds time) {
    pollfd fd{.fd = connection, .events = POLLRDHUP, .revents = 0};
    return ::poll(&fd, 1, static_cast<int>(time.count())) > 0;
}

ClosedPort::ClosedPort() : socket_(bound_socket()) {}

std::string ClosedPort::address() const { return address_of(socket_.get()); }

FullPort::FullPort() : socket_(bound_socket()) {
    checked(::listen(socket_.get(), 0), "listen");
    const sockaddr_in address = name_of(socket_.get());
    for (int i = 0; i < 4; ++i) {
        queued_.push_back(
            checked_fd(::socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0), "socket"));
        (void)::connect(queued_.back().get(), reinterpret_cast<const sockaddr*>(&address),
                        sizeof address);
    }
}

std::string FullPort::address() const { return address_of(socket_.get()); }

}  // namespace curfew::tests
