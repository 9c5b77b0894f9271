#include "system_calls.h"

#include "limited_calls.h"

#include <poll.h>
#include <sys/epoll.h>
#include <sys/select.h>
#include <sys/syscall.h>
#include <sys/uio.h>

#include <optional>

using namespace curfew;
using namespace curfew::tests;
using namespace std::chrono_literals;

namespace {

/// Since Linux 6.5; before that, poll() has to come first.
bool pipes_can_be_asked_not_to_wait() {
    const Pipe pipe;
    char byte = 0;
    const iovec one{.iov_base = &byte, .iov_len = 1};
    return ::preadv2(pipe.read.get(), &one, 1, -1, RWF_NOWAIT) < 0 && errno == EAGAIN;
}

/// Everything that the calls need.
struct Bench {
    Bench() {
        char name[] = "/tmp/system_calls_XXXXXX";
        file.reset(checked(::mkostemp(name, O_CLOEXEC), name));
        ::unlink(name);
        epoll_event event{.events = EPOLLIN, .data = {}};
        checked(::epoll_ctl(epoll.get(), EPOLL_CTL_ADD, ready.ours.get(), &event), "epoll_ctl");
        ready.say("x");
        message.msg_hdr.msg_iov = &part;
        message.msg_hdr.msg_iovlen = 1;
    }

    /// 0, or which call went wrong.
    int sockets() {
        const int in = pair.theirs.get();
        const int out = pair.ours.get();
        if (::send(out, buffer, 4, 0) != 4 || ::recv(in, buffer, 4, 0) != 4) return 1;
        if (::sendmsg(out, &message.msg_hdr, 0) != 4) return 2;
        if (::recvmsg(in, &message.msg_hdr, 0) != 4) return 3;
        if (::sendmmsg(out, &message, 1, 0) != 1) return 4;
        if (::recvmmsg(in, &message, 1, 0, nullptr) != 1) return 5;
        if (::send(out, buffer, 4, 0) != 4 || ::recv(in, buffer, 4, MSG_WAITALL) != 4) return 6;
        return 0;
    }

    int others() {
        const int in = pair.theirs.get();
        const int out = pair.ours.get();
        if (::write(out, buffer, 4) != 4 || ::read(in, buffer, 4) != 4) return 11;
        if (::write(pipe.write.get(), buffer, 4) != 4) return 12;
        if (::read(pipe.read.get(), buffer, 4) != 4) return 13;
        if (::writev(out, &part, 1) != 4 || ::readv(in, &part, 1) != 4) return 14;
        return 0;
    }

    int selectors() {
        const int fd = ready.ours.get();
        pollfd wanted{.fd = fd, .events = POLLIN, .revents = 0};
        if (::poll(&wanted, 1, -1) != 1 || ::ppoll(&wanted, 1, nullptr, nullptr) != 1) return 21;
        fd_set set;
        FD_ZERO(&set);
        FD_SET(fd, &set);
        if (::select(fd + 1, &set, nullptr, nullptr, nullptr) != 1) return 22;
        epoll_event event{};
        if (::epoll_wait(epoll.get(), &event, 1, -1) != 1) return 23;
        return 0;
    }

    int files() {
        if (::pwrite(file.get(), buffer, 4, 0) != 4) return 31;
        if (::write(file.get(), buffer, 4) != 4 || ::read(file.get(), buffer, 4) < 0) return 32;
        return 0;
    }

    Pair pair;
    Pair ready;
    Pipe pipe;
    UniqueFd epoll{::epoll_create1(EPOLL_CLOEXEC)};
    UniqueFd file;
    char buffer[4] = {};
    iovec part{.iov_base = buffer, .iov_len = 4};
    mmsghdr message{};
};

constexpr std::initializer_list<long> polls = {
#ifdef SYS_poll
    SYS_poll,  SYS_select,   SYS_epoll_wait,
#endif
    SYS_ppoll, SYS_pselect6, SYS_epoll_pwait, SYS_clock_gettime, SYS_exit_group};

/// Runs calls of the bench that may make the system calls of the list and no others.
template <typename Calls>
int with_only(std::initializer_list<long> list, bool has_limit, Calls calls) {
    return in_child([&] {
        Bench bench;
        std::optional<ContextScope> scope;
        if (has_limit) scope.emplace(Deadline::in(1h));
        if (bench.files() != 0) return 41;  // the first time it is looked what it is
        if (!filter_system_calls(list, SECCOMP_RET_ALLOW, SECCOMP_RET_KILL_PROCESS)) return 42;
        ::_exit(calls(bench));
    });
}

#if defined __SANITIZE_ADDRESS__ || defined __SANITIZE_THREAD__
constexpr bool counts_others = true;  // a sanitizer makes system calls of its own
#else
constexpr bool counts_others = false;
#endif

}  // namespace

TEST_CASE("a call that need not wait makes one system call, as without a limit" *
          doctest::skip(counts_others)) {
    const bool all = pipes_can_be_asked_not_to_wait();
    for (const bool has_limit : {false, true}) {
        CAPTURE(has_limit);
        // Of most pairs one is libc's, the other one is ours.
        CHECK(with_only({SYS_recvfrom, SYS_recvmsg, SYS_recvmmsg, SYS_sendto, SYS_sendmsg,
                         SYS_sendmmsg, SYS_read, SYS_preadv2, SYS_write, SYS_pwritev2, SYS_readv,
                         SYS_writev, SYS_pwrite64, SYS_clock_gettime, SYS_exit_group},
                        has_limit, [all](Bench& bench) {
                            const int wrong = bench.sockets();
                            if (wrong != 0) return wrong;
                            const int other = all ? bench.others() : 0;
                            return other != 0 ? other : bench.files();
                        }) == 0);
        CHECK(with_only(polls, has_limit, [](Bench& bench) { return bench.selectors(); }) == 0);
    }
}

TEST_CASE("where the kernel cannot read and write without waiting, poll() comes first") {
    CHECK(in_child([] {
              if (!filter_system_calls({SYS_preadv2, SYS_pwritev2}, SECCOMP_RET_ERRNO | EOPNOTSUPP,
                                       SECCOMP_RET_ALLOW))
                  return 1;
              const Pipe pipe;
              const Pair pair;
              char byte = 0;
              const ContextScope scope(Deadline::in(soon));
              const auto read = [&](int fd) {
                  return outcome_of([&] { return ::read(fd, &byte, 1); });
              };
              (void)!::write(pipe.write.get(), "x", 1);
              (void)!::send(pair.theirs.get(), "x", 1, MSG_NOSIGNAL);
              if (read(pipe.read.get()) != done(1)) return 2;
              if (read(pair.ours.get()) != done(1)) return 3;
              if (read(pipe.read.get()) != failed(EIO)) return 4;
              if (read(pair.ours.get()) != failed(ETIMEDOUT)) return 5;
              const std::string text(100'000, 'x');
              const auto write = [&](int fd) {
                  return outcome_of([&] { return ::write(fd, text.data(), text.size()); });
              };
              if (write(pipe.write.get()) != done(1 << 16)) return 6;
              if (write(pipe.write.get()) != failed(EIO)) return 7;
              if (write(pair.ours.get()) != done(100'000)) return 8;
              ::fcntl(pipe.write.get(), F_SETFL, O_NONBLOCK);
              if (write(pipe.write.get()) != failed(EAGAIN)) return 9;
              const Pipe quick;
              ::fcntl(quick.read.get(), F_SETFL, O_NONBLOCK);
              return read(quick.read.get()) == failed(EAGAIN) ? 0 : 10;
          }) == 0);
}
