#include "message.h"

#include "../../base/error.h"
#include "../../context/limited_poll.h"

#include <poll.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <stdexcept>

namespace curfew {

namespace {

/// At the start of each packet.
struct Header {
    std::uint64_t tag = 0;
    std::int64_t number = 0;
    std::uint64_t size = 0;  ///< bytes of the payload from this packet on
    bool follows = false;    ///< true: this packet continues a message
};

/// The most bytes of a payload in one packet. The first packet is small, because it is received
/// into a buffer on the stack, which may be a fiber's.
constexpr std::size_t first_packet = 8192;
constexpr std::size_t next_packet = 64 * 1024;

iovec part(const void* data, std::size_t size) noexcept {
    return {.iov_base = const_cast<void*>(data), .iov_len = size};
}

/// Room for descriptors beside the bytes of a packet.
struct alignas(cmsghdr) Control {
    std::array<char, CMSG_SPACE(Payload::most_fds * sizeof(int))> bytes;
};

void attach(msghdr& packet, Control& control, const std::vector<UniqueFd>& fds) noexcept {
    if (fds.empty()) return;
    packet.msg_control = control.bytes.data();
    packet.msg_controllen = CMSG_SPACE(fds.size() * sizeof(int));
    cmsghdr* const rights = CMSG_FIRSTHDR(&packet);
    rights->cmsg_level = SOL_SOCKET;
    rights->cmsg_type = SCM_RIGHTS;
    rights->cmsg_len = CMSG_LEN(fds.size() * sizeof(int));
    auto* to = CMSG_DATA(rights);
    for (const auto& fd : fds) {
        const int number = fd.get();
        std::memcpy(to, &number, sizeof number);
        to += sizeof number;
    }
}

std::vector<UniqueFd> attached(msghdr& packet) {
    std::vector<UniqueFd> fds;
    for (auto* part = CMSG_FIRSTHDR(&packet); part != nullptr; part = CMSG_NXTHDR(&packet, part)) {
        if (part->cmsg_level != SOL_SOCKET || part->cmsg_type != SCM_RIGHTS) continue;
        const auto count = (part->cmsg_len - CMSG_LEN(0)) / sizeof(int);
        for (std::size_t i = 0; i < count; ++i) {
            int number = -1;
            std::memcpy(&number, CMSG_DATA(part) + i * sizeof number, sizeof number);
            fds.emplace_back(number);
        }
    }
    return fds;
}

bool send_packet(int socket, const msghdr& packet) {
    while (::sendmsg(socket, &packet, MSG_NOSIGNAL | MSG_DONTWAIT) < 0) {
        if (errno == EPIPE || errno == ECONNRESET) return false;
        if (errno == EINTR) continue;
        if (errno != EAGAIN) throw std::system_error(errno, std::generic_category(), "sendmsg");
        wait_for(socket, POLLOUT);
    }
    return true;
}

/// Returns the number of bytes; 0 if the other end is closed; -1 if no packet is there.
ssize_t receive_packet(int socket, msghdr& packet, int flags) {
    while (true) {
        const auto size = ::recvmsg(socket, &packet, flags | MSG_CMSG_CLOEXEC);
        if (size >= 0) return size;
        if (errno == EAGAIN) return -1;
        if (errno == ECONNRESET) return 0;
        if (errno != EINTR) throw std::system_error(errno, std::generic_category(), "recvmsg");
    }
}

}  // namespace

bool send(int socket, const Message& message) {
    const auto& bytes = message.payload.bytes;
    Header header{.tag = message.tag, .number = message.number, .size = bytes.size()};
    std::array parts{part(&header, sizeof header),
                     part(bytes.data(), std::min(bytes.size(), first_packet))};
    Control control;
    msghdr packet{.msg_iov = parts.data(), .msg_iovlen = parts.size()};
    attach(packet, control, message.payload.fds);
    if (!send_packet(socket, packet)) return false;

    header.follows = true;
    packet.msg_control = nullptr;
    packet.msg_controllen = 0;
    for (std::size_t sent = parts[1].iov_len; sent < bytes.size(); sent += parts[1].iov_len) {
        header.size = bytes.size() - sent;
        parts[1] = part(bytes.data() + sent, std::min<std::size_t>(header.size, next_packet));
        if (!send_packet(socket, packet)) return false;
    }
    return true;
}

Incoming::State Incoming::receive(int socket, int flags) {
    return begun_ ? receive_more(socket, flags) : receive_first(socket, flags);
}

Incoming::State Incoming::receive_first(int socket, int flags) {
    Header header;
    std::array<char, first_packet> bytes;
    std::array parts{part(&header, sizeof header), part(bytes.data(), bytes.size())};
    Control control;
    msghdr packet{.msg_iov = parts.data(),
                  .msg_iovlen = parts.size(),
                  .msg_control = control.bytes.data(),
                  .msg_controllen = control.bytes.size()};
    const auto size = receive_packet(socket, packet, flags);
    if (size < 0) return State::nothing;
    message_.payload.fds = attached(packet);
    if (size < static_cast<ssize_t>(sizeof header) || header.follows) return State::gone;
    if ((packet.msg_flags & MSG_CTRUNC) != 0) {
        throw std::system_error(EMFILE, std::generic_category(), "open files of a message");
    }

    begun_ = true;
    message_.tag = header.tag;
    message_.number = header.number;
    received_ = static_cast<std::size_t>(size) - sizeof header;
    if (received_ > header.size) return State::gone;
    message_.payload.bytes.assign(bytes.data(), received_);
    message_.payload.bytes.resize(header.size);
    return received_ == header.size ? State::whole : State::partial;
}

Incoming::State Incoming::receive_more(int socket, int flags) {
    auto& bytes = message_.payload.bytes;
    const auto left = bytes.size() - received_;
    Header header;
    std::array parts{part(&header, sizeof header),
                     part(bytes.data() + received_, std::min(left, next_packet))};
    msghdr packet{.msg_iov = parts.data(), .msg_iovlen = parts.size()};
    const auto size = receive_packet(socket, packet, flags);
    if (size < 0) return State::nothing;
    if (size < static_cast<ssize_t>(sizeof header) || !header.follows || header.size != left) {
        return State::gone;
    }
    received_ += static_cast<std::size_t>(size) - sizeof header;
    return received_ == bytes.size() ? State::whole : State::partial;
}

std::optional<Message> receive(int socket) {
    Incoming incoming;
    while (true) {
        wait_for(socket, POLLIN);
        const auto state = incoming.receive(socket, MSG_DONTWAIT);
        if (state == Incoming::State::whole) return incoming.take();
        if (state == Incoming::State::gone) return std::nullopt;
    }
}

void wait_for(std::span<pollfd> wanted) {
    const int ready = limited_poll(wanted.data(), wanted.size(), Deadline::never());
    if (checked(ready, "poll") == 0) throw TimeoutError("the time limit has passed");
}

void wait_for(int fd, short events) {
    pollfd wanted{.fd = fd, .events = events, .revents = 0};
    wait_for(std::span(&wanted, 1));
}

MessagePair::MessagePair() {
    int fds[2];
    checked(::socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, fds), "socketpair");
    ours.reset(fds[0]);
    theirs.reset(fds[1]);
}

}  // namespace curfew
