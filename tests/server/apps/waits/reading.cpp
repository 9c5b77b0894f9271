// Calls that wait for something to read.
#include "objects.h"
#include "row.h"

#include <poll.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <sys/timerfd.h>
#include <sys/uio.h>
#include <unistd.h>

#include <array>
#include <cstdint>
#include <memory>
#include <utility>

namespace waits {

namespace {

/// A wait for one byte from the other end, by `read_one(fd)`, which returns their number.
template <typename ReadOne>
Wait read_from(Ends given, ReadOne read_one) {
    const auto ends = std::make_shared<Ends>(std::move(given));
    return {[=] { return ended(read_one(ends->near.get()), 1); },
            [=] { put_byte(ends->far.get()); }};
}

long read_byte(int fd) {
    char byte;
    return ::read(fd, &byte, 1);
}

long readv_byte(int fd) {
    char byte;
    iovec part{&byte, 1};
    return ::readv(fd, &part, 1);
}

/// As programs that were compiled with _FORTIFY_SOURCE read.
extern "C" ssize_t __read_chk(int, void*, std::size_t, std::size_t);
extern "C" ssize_t __recv_chk(int, void*, std::size_t, std::size_t, int);
extern "C" ssize_t __recvfrom_chk(int, void*, std::size_t, std::size_t, int, sockaddr*, socklen_t*);

Wait recv_with_its_own_timeout() {
    auto ends = socket_pair();
    const timeval long_time{.tv_sec = 20, .tv_usec = 0};
    ::setsockopt(ends.near.get(), SOL_SOCKET, SO_RCVTIMEO, &long_time, sizeof long_time);
    return read_from(std::move(ends), [](int fd) {
        char byte;
        return ::recv(fd, &byte, 1, 0);
    });
}

/// One byte of the two has come before.
Wait recv_all_of_two() {
    const auto ends = std::make_shared<Ends>(socket_pair());
    return {[=] {
                std::array<char, 2> bytes;
                return ended(::recv(ends->near.get(), bytes.data(), 2, MSG_WAITALL), 2);
            },
            [=] {
                put_byte(ends->far.get());
                put_byte(ends->far.get());
            }};
}

long peek_and_take(int fd) {
    char byte;
    const auto seen = ::recv(fd, &byte, 1, MSG_PEEK);
    return seen == 1 ? ::recv(fd, &byte, 1, MSG_DONTWAIT) : seen;
}

long recvfrom_byte(int fd) {
    char byte;
    return ::recvfrom(fd, &byte, 1, 0, nullptr, nullptr);
}

long recvmsg_byte(int fd) {
    char byte;
    iovec part{&byte, 1};
    msghdr message{};
    message.msg_iov = &part;
    message.msg_iovlen = 1;
    return ::recvmsg(fd, &message, 0);
}

long recvmmsg_byte(int fd) {
    char byte;
    iovec part{&byte, 1};
    mmsghdr message{};
    message.msg_hdr.msg_iov = &part;
    message.msg_hdr.msg_iovlen = 1;
    return ::recvmmsg(fd, &message, 1, 0, nullptr);
}

Wait read_eventfd() {
    const auto fd = std::make_shared<UniqueFd>(::eventfd(0, EFD_CLOEXEC));
    return {[=] {
                std::uint64_t number;
                return ended(::read(fd->get(), &number, sizeof number), sizeof number);
            },
            [=] { ::eventfd_write(fd->get(), 1); }};
}

Wait read_eventfd_by_its_function() {
    const auto fd = std::make_shared<UniqueFd>(::eventfd(0, EFD_CLOEXEC));
    return {[=] {
                eventfd_t number;
                return ended(::eventfd_read(fd->get(), &number), 0);
            },
            [=] { ::eventfd_write(fd->get(), 1); }};
}

Wait read_timerfd() {
    const auto fd = std::make_shared<UniqueFd>(::timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC));
    return {[=] {
                std::uint64_t number;
                return ended(::read(fd->get(), &number, sizeof number), sizeof number);
            },
            [=] {
                const itimerspec at_once{.it_interval = {},
                                         .it_value = {.tv_sec = 0, .tv_nsec = 1}};
                ::timerfd_settime(fd->get(), 0, &at_once, nullptr);
            }};
}

}  // namespace

void add_reading(std::vector<Row>& rows) {
    rows.insert(
        rows.end(),
        {{"read of a socket", [] { return read_from(socket_pair(), read_byte); }},
         {"read of a socket: fortified",
          [] {
              return read_from(socket_pair(), [](int fd) {
                  char byte;
                  return __read_chk(fd, &byte, 1, 1);
              });
          }},
         {"readv of a socket", [] { return read_from(socket_pair(), readv_byte); }},
         {"recv of a socket",
          [] {
              return read_from(socket_pair(), [](int fd) {
                  char byte;
                  return ::recv(fd, &byte, 1, 0);
              });
          }},
         {"recv of a socket: fortified",
          [] {
              return read_from(socket_pair(), [](int fd) {
                  char byte;
                  return __recv_chk(fd, &byte, 1, 1, 0);
              });
          }},
         {"recv of a socket: with SO_RCVTIMEO", recv_with_its_own_timeout},
         {"recv of a socket: MSG_WAITALL", recv_all_of_two},
         {"recv of a socket: MSG_PEEK", [] { return read_from(socket_pair(), peek_and_take); }},
         {"recvfrom of a socket", [] { return read_from(datagram_pair(), recvfrom_byte); }},
         {"recvfrom of a socket: fortified",
          [] {
              return read_from(datagram_pair(), [](int fd) {
                  char byte;
                  return __recvfrom_chk(fd, &byte, 1, 1, 0, nullptr, nullptr);
              });
          }},
         {"recvmsg of a socket", [] { return read_from(socket_pair(), recvmsg_byte); }},
         {"recvmmsg of a socket", [] { return read_from(datagram_pair(), recvmmsg_byte); }},
         {"read of a pipe", [] { return read_from(pipe_pair(), read_byte); }},
         {"readv of a pipe", [] { return read_from(pipe_pair(), readv_byte); }},
         {"read of a pipe: an eventfd", read_eventfd},
         {"read of a pipe: a timerfd", read_timerfd},
         {"eventfd_read", read_eventfd_by_its_function}});
}

}  // namespace waits
