#include "tools/laboratory/servers/loopback.h"

#include "handlers/base/unique_fd.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/time.h>

#include <array>
#include <random>
#include <stdexcept>

namespace curfew::laboratory {

namespace {

UniqueFd open_socket() {
    return checked_fd(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), "socket");
}

sockaddr_in address_of(std::uint16_t port) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    return address;
}

/// Connects and sends that request; no descriptor if nothing accepts the connection.
UniqueFd send_request(std::uint16_t port, const std::string& text, std::chrono::seconds timeout) {
    auto socket = open_socket();
    const timeval time{timeout.count(), 0};
    ::setsockopt(socket.get(), SOL_SOCKET, SO_RCVTIMEO, &time, sizeof time);
    const auto address = address_of(port);
    const auto* const to = reinterpret_cast<const sockaddr*>(&address);
    if (::connect(socket.get(), to, sizeof address) != 0) return {};
    (void)::send(socket.get(), text.data(), text.size(), MSG_NOSIGNAL);
    return socket;
}

Reply read_reply(int socket) {
    std::string text;
    std::array<char, 4096> part{};
    ssize_t size = 0;
    while ((size = ::recv(socket, part.data(), part.size(), 0)) > 0) {
        text.append(part.data(), static_cast<std::size_t>(size));
    }
    // "HTTP/1.1 200 OK"
    const auto end = text.find("\r\n\r\n");
    if (size != 0 || end == std::string::npos) return {};
    return {.status = std::stoi(text.substr(9, 3)), .body = text.substr(end + 4)};
}

}  // namespace

std::uint16_t free_port() {
    static thread_local std::mt19937 random(std::random_device{}());
    std::uniform_int_distribution<int> ports(20000, 31999);
    for (int i = 0; i < 1000; ++i) {
        const auto port = static_cast<std::uint16_t>(ports(random));
        const auto socket = open_socket();
        const auto address = address_of(port);
        const auto* const here = reinterpret_cast<const sockaddr*>(&address);
        if (::bind(socket.get(), here, sizeof address) == 0) return port;
    }
    throw std::runtime_error("there is no free port from 20000 to 31999");
}

std::vector<Reply> get_at_once(std::uint16_t port, const std::string& target, std::size_t times,
                               std::chrono::seconds timeout) {
    const auto text = "GET " + target + " HTTP/1.0\r\nHost: 127.0.0.1\r\n\r\n";
    std::vector<UniqueFd> sockets;
    for (std::size_t i = 0; i < times; ++i) {
        sockets.push_back(send_request(port, text, timeout));
    }
    std::vector<Reply> replies;
    for (const auto& socket : sockets) {
        replies.push_back(socket ? read_reply(socket.get()) : Reply{});
    }
    return replies;
}

}  // namespace curfew::laboratory
