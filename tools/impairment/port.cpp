#include "tools/impairment/port.h"

#include <netinet/in.h>
#include <netinet/tcp.h>

namespace curfew::impairment {

namespace {

/// Of the kernel's own, per socket: else it would take megabytes before the sender feels anything.
constexpr int receive_buffer = 256 * 1024;

void enable(int socket, int level, int option, int value = 1) {
    ::setsockopt(socket, level, option, &value, sizeof value);
}

UniqueFd new_socket(const Address& address) {
    return UniqueFd{
        ::socket(address.storage.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0)};
}

UniqueFd bound_socket(const Address& address) {
    auto socket = new_socket(address);
    checked(socket.get(), "socket");
    enable(socket.get(), SOL_SOCKET, SO_REUSEADDR);
    checked(::bind(socket.get(), address.get(), address.size),
            ("bind " + to_text(address)).c_str());
    return socket;
}

}  // namespace

Port::Port(const Address& address)
    : holder_(bound_socket(address)), address_(local_address(holder_.get())) {}

void Port::open() {
    if (listening_) return;
    auto socket = bound_socket(address_);
    enable(socket.get(), SOL_SOCKET, SO_RCVBUF, receive_buffer);  // what is accepted inherits it
    checked(::listen(socket.get(), SOMAXCONN), "listen");
    listening_ = std::move(socket);
}

UniqueFd Port::accept() noexcept {
    UniqueFd client{::accept4(listening_.get(), nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC)};
    if (client) enable(client.get(), IPPROTO_TCP, TCP_NODELAY);
    return client;
}

UniqueFd connect_to(const Address& address) noexcept {
    auto socket = new_socket(address);
    if (!socket) return {};
    enable(socket.get(), SOL_SOCKET, SO_RCVBUF, receive_buffer);
    enable(socket.get(), IPPROTO_TCP, TCP_NODELAY);
    if (::connect(socket.get(), address.get(), address.size) < 0 && errno != EINPROGRESS) return {};
    return socket;
}

}  // namespace curfew::impairment
