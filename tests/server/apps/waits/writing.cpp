// Calls that wait for room to write.
#include "objects.h"
#include "row.h"

#include <fcntl.h>
#include <sys/eventfd.h>
#include <sys/sendfile.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

#include <array>
#include <memory>
#include <utility>

namespace waits {

namespace {

constexpr std::array<char, 1024> bytes{};
constexpr long size = bytes.size();

/// A wait until `write_all(fd)`, which returns how much it has written, has written all of `bytes`.
/// `near` is where to write, and is full.
template <typename WriteAll>
Wait write_to(Ends given, WriteAll write_all) {
    fill(given.near.get());
    const auto ends = std::make_shared<Ends>(std::move(given));
    return {[=] { return ended(write_all(ends->near.get()), size); },
            [=] { drain(ends->far.get()); }};
}

Ends pipe_to_write() {
    auto ends = pipe_pair();
    std::swap(ends.near, ends.far);
    return ends;
}

iovec all() { return {const_cast<char*>(bytes.data()), bytes.size()}; }

long write_bytes(int fd) { return ::write(fd, bytes.data(), bytes.size()); }

long writev_bytes(int fd) {
    const auto part = all();
    return ::writev(fd, &part, 1);
}

long send_bytes(int fd) { return ::send(fd, bytes.data(), bytes.size(), MSG_NOSIGNAL); }

long sendto_bytes(int fd) {
    return ::sendto(fd, bytes.data(), bytes.size(), MSG_NOSIGNAL, nullptr, 0);
}

long sendmsg_bytes(int fd) {
    auto part = all();
    msghdr message{};
    message.msg_iov = &part;
    message.msg_iovlen = 1;
    return ::sendmsg(fd, &message, MSG_NOSIGNAL);
}

long sendmmsg_bytes(int fd) {
    auto part = all();
    mmsghdr message{};
    message.msg_hdr.msg_iov = &part;
    message.msg_hdr.msg_iovlen = 1;
    const int sent = ::sendmmsg(fd, &message, 1, MSG_NOSIGNAL);
    return sent == 1 ? static_cast<long>(message.msg_len) : sent;
}

/// Of the program's own file.
long sendfile_bytes(int fd) {
    const UniqueFd file(::open("/proc/self/exe", O_RDONLY | O_CLOEXEC));
    return ::sendfile(fd, file.get(), nullptr, bytes.size());
}

long splice_bytes(int fd) {
    const auto source = pipe_pair();
    if (::write(source.far.get(), bytes.data(), bytes.size()) != size) return 0;
    return ::splice(source.near.get(), nullptr, fd, nullptr, bytes.size(), 0);
}

Wait send_with_its_own_timeout() {
    auto ends = socket_pair();
    const timeval long_time{.tv_sec = 20, .tv_usec = 0};
    ::setsockopt(ends.near.get(), SOL_SOCKET, SO_SNDTIMEO, &long_time, sizeof long_time);
    return write_to(std::move(ends), send_bytes);
}

Wait write_eventfd() {
    constexpr eventfd_t full = ~eventfd_t{0} - 1;
    const auto fd = std::make_shared<UniqueFd>(::eventfd(0, EFD_CLOEXEC));
    ::eventfd_write(fd->get(), full);
    return {[=] {
                const eventfd_t one = 1;
                return ended(::write(fd->get(), &one, sizeof one), sizeof one);
            },
            [=] { drain(fd->get()); }};
}

}  // namespace

void add_writing(std::vector<Row>& rows) {
    rows.insert(rows.end(),
                {{"write of a socket", [] { return write_to(socket_pair(), write_bytes); }},
                 {"writev of a socket", [] { return write_to(socket_pair(), writev_bytes); }},
                 {"send of a socket", [] { return write_to(socket_pair(), send_bytes); }},
                 {"send of a socket: with SO_SNDTIMEO", send_with_its_own_timeout},
                 {"sendto of a socket", [] { return write_to(socket_pair(), sendto_bytes); }},
                 {"sendmsg of a socket", [] { return write_to(socket_pair(), sendmsg_bytes); }},
                 {"sendmmsg of a socket", [] { return write_to(socket_pair(), sendmmsg_bytes); }},
                 {"sendfile of a socket", [] { return write_to(socket_pair(), sendfile_bytes); }},
                 {"splice of a socket", [] { return write_to(socket_pair(), splice_bytes); }},
                 {"write of a pipe", [] { return write_to(pipe_to_write(), write_bytes); }},
                 {"writev of a pipe", [] { return write_to(pipe_to_write(), writev_bytes); }},
                 {"write of a pipe: an eventfd", write_eventfd}});
}

}  // namespace waits
