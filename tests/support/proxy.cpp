#include "tests/support/proxy.h"

#include "handlers/backends/upstream.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>

#include <array>

namespace curfew::tests {

namespace {

using namespace std::chrono_literals;

UniqueFd connection_to(std::uint16_t port) {
    UniqueFd socket = checked_fd(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), "socket");
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = ::htons(port);
    address.sin_addr.s_addr = ::htonl(INADDR_LOOPBACK);
    checked(::connect(socket.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address),
            "connect");
    return socket;
}

}  // namespace

Proxy::Proxy(const std::string& upstream)
    : port_(parse_upstream(upstream).port), peer_([this](int client) { forward(client); }) {}

void Proxy::forward(int client) {
    const UniqueFd server = connection_to(port_);
    const int now = 1;  // the second half of a slow answer must not wait for a late ACK
    checked(::setsockopt(client, IPPROTO_TCP, TCP_NODELAY, &now, sizeof now), "TCP_NODELAY");
    while (true) {
        std::array<pollfd, 2> fds{{{client, POLLIN, 0}, {server.get(), POLLIN, 0}}};
        ::poll(fds.data(), fds.size(), -1);
        if (fds[0].revents != 0) {
            const std::string bytes = receive(client);
            if (bytes.empty()) return;
            send_all(server.get(), bytes);
        }
        if (fds[1].revents != 0) {
            std::string bytes = receive(server.get());
            if (bytes.empty() || !answer(client, std::move(bytes))) return;
        }
    }
}

bool Proxy::answer(int client, std::string bytes) {
    while (mode_ == Mode::hold) {
        if (ends_within(client, 1ms)) return false;
    }
    while (mode_ == Mode::drip && !bytes.empty()) {
        send_all(client, bytes.substr(0, 1));
        bytes.erase(0, 1);
        if (ends_within(client, 20ms)) return false;
    }
    if (mode_ == Mode::slow) {
        if (ends_within(client, 1ms)) return false;
        const auto half = bytes.size() / 2;
        send_all(client, bytes.substr(0, half));
        bytes.erase(0, half);
        if (ends_within(client, 1ms)) return false;
    }
    if (mode_ == Mode::cut) return false;
    send_all(client, bytes);
    return true;
}

}  // namespace curfew::tests
