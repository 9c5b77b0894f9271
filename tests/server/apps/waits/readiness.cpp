// select(), poll() and epoll.
#include "objects.h"
#include "row.h"

#include <poll.h>
#include <sys/epoll.h>
#include <sys/select.h>
#include <sys/socket.h>

#include <csignal>
#include <ctime>
#include <memory>

namespace waits {

namespace {

/// A wait until a socket is readable, by `look(fd)`, which returns the number of sockets that are.
template <typename Look>
Wait readable_by(Look look) {
    const auto ends = std::make_shared<Ends>(socket_pair());
    return {[=] {
                const auto how = ended(look(ends->near.get()), 1);
                if (how.empty()) drain(ends->near.get());
                return how;
            },
            [=] { put_byte(ends->far.get()); }};
}

template <typename Look>
Wait epoll_by(Look look) {
    const auto epoll = std::make_shared<UniqueFd>(::epoll_create1(EPOLL_CLOEXEC));
    return readable_by([=](int fd) {
        epoll_event wanted{.events = EPOLLIN, .data = {.fd = fd}};
        ::epoll_ctl(epoll->get(), EPOLL_CTL_ADD, fd, &wanted);
        epoll_event happened{};
        const int number = look(epoll->get(), &happened);
        return number == 1 && happened.data.fd != fd ? -2 : number;
    });
}

fd_set set_of(int fd) {
    fd_set set;
    FD_ZERO(&set);
    FD_SET(fd, &set);
    return set;
}

int select_one(int fd) {
    auto set = set_of(fd);
    return ::select(fd + 1, &set, nullptr, nullptr, nullptr);
}

int select_with_timeout(int fd) {
    auto set = set_of(fd);
    timeval long_time{.tv_sec = 20, .tv_usec = 0};
    return ::select(fd + 1, &set, nullptr, nullptr, &long_time);
}

int pselect_one(int fd) {
    auto set = set_of(fd);
    sigset_t mask;
    ::sigemptyset(&mask);
    return ::pselect(fd + 1, &set, nullptr, nullptr, nullptr, &mask);
}

int poll_one(int fd) {
    pollfd wanted{.fd = fd, .events = POLLIN, .revents = 0};
    return ::poll(&wanted, 1, 20'000);
}

/// "POLLERR" if the socket has failed, and reading it says so as well.
template <typename Poll>
Wait poll_for_ever(Poll poll) {
    const auto ends = std::make_shared<Ends>(socket_pair());
    return {[=] {
                pollfd wanted{.fd = ends->near.get(), .events = POLLIN, .revents = 0};
                if (const int number = poll(&wanted); number != 1) return ended(number, 1);
                char byte;
                const auto read = ::recv(wanted.fd, &byte, 1, MSG_DONTWAIT);
                const auto how = ended(read, 1);
                return (wanted.revents & POLLERR) && how == "ETIMEDOUT" ? "POLLERR" : how;
            },
            [=] { put_byte(ends->far.get()); }};
}

int ppoll_one(int fd) {
    pollfd wanted{.fd = fd, .events = POLLIN, .revents = 0};
    const timespec long_time{.tv_sec = 20, .tv_nsec = 0};
    return ::ppoll(&wanted, 1, &long_time, nullptr);
}

int ppoll_with_mask(int fd) {
    pollfd wanted{.fd = fd, .events = POLLIN, .revents = 0};
    sigset_t mask;
    ::sigemptyset(&mask);
    const timespec long_time{.tv_sec = 20, .tv_nsec = 0};
    return ::ppoll(&wanted, 1, &long_time, &mask);
}

}  // namespace

void add_readiness(std::vector<Row>& rows) {
    rows.insert(
        rows.end(),
        {{"select", [] { return readable_by(select_one); }},
         {"select: with a timeout", [] { return readable_by(select_with_timeout); }},
         {"pselect", [] { return readable_by(pselect_one); }},
         {"poll", [] { return readable_by(poll_one); }},
         {"ppoll", [] { return readable_by(ppoll_one); }},
         {"ppoll: with a mask", [] { return readable_by(ppoll_with_mask); }},
         {"poll of sockets without a timeout",
          [] { return poll_for_ever([](pollfd* wanted) { return ::poll(wanted, 1, -1); }); }},
         {"ppoll of sockets without a timeout",
          [] {
              return poll_for_ever(
                  [](pollfd* wanted) { return ::ppoll(wanted, 1, nullptr, nullptr); });
          }},
         {"epoll_wait",
          [] {
              return epoll_by([](int fd, epoll_event* e) { return ::epoll_wait(fd, e, 1, -1); });
          }},
         {"epoll_wait: with a timeout",
          [] {
              return epoll_by(
                  [](int fd, epoll_event* e) { return ::epoll_wait(fd, e, 1, 20'000); });
          }},
         {"epoll_pwait",
          [] {
              return epoll_by([](int fd, epoll_event* e) {
                  sigset_t mask;
                  ::sigemptyset(&mask);
                  return ::epoll_pwait(fd, e, 1, -1, &mask);
              });
          }},
         {"epoll_pwait2", [] {
              return epoll_by([](int fd, epoll_event* e) {
                  return ::epoll_pwait2(fd, e, 1, nullptr, nullptr);
              });
          }}});
}

}  // namespace waits
