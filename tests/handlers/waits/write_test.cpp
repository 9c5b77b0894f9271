#include "full_buffers.h"
#include "limited_calls.h"

#include <poll.h>
#include <sys/eventfd.h>
#include <sys/uio.h>
#include <sys/un.h>

#include <array>
#include <csignal>
#include <functional>
#include <vector>

using namespace curfew;
using namespace curfew::tests;
using namespace std::chrono_literals;

namespace {

std::array<iovec, 4> parts_of(const std::string& all) {
    auto* const start = const_cast<char*>(all.data());
    const auto half = 5 + (all.size() - 5) / 2;
    return {iovec{start, 5}, iovec{nullptr, 0}, iovec{start + 5, half - 5},
            iovec{start + half, all.size() - half}};
}

/// Writes all of a text by each function that can.
struct Writer {
    const char* name;
    bool sockets_only;
    std::function<long(int fd, const std::string& text)> call;
};

const std::vector<Writer>& writers() {
    static const std::vector<Writer> all{
        {"write", false,
         [](int fd, const std::string& each) { return ::write(fd, each.data(), each.size()); }},
        {"writev", false,
         [](int fd, const std::string& each) {
             const auto parts = parts_of(each);
             return ::writev(fd, parts.data(), 4);
         }},
        {"send", true,
         [](int fd, const std::string& each) {
             return ::send(fd, each.data(), each.size(), MSG_NOSIGNAL);
         }},
        {"sendto", true,
         [](int fd, const std::string& each) {
             return ::sendto(fd, each.data(), each.size(), MSG_NOSIGNAL, nullptr, 0);
         }},
        {"sendmsg", true,
         [](int fd, const std::string& each) {
             auto parts = parts_of(each);
             msghdr message{};
             message.msg_iov = parts.data();
             message.msg_iovlen = parts.size();
             return ::sendmsg(fd, &message, MSG_NOSIGNAL);
         }},
        {"sendmmsg", true,
         [](int fd, const std::string& each) -> long {
             auto parts = parts_of(each);
             std::array<mmsghdr, 2> messages{};
             for (std::size_t i = 0; i < 2; ++i) {
                 messages[i].msg_hdr.msg_iov = &parts[2 * i];
                 messages[i].msg_hdr.msg_iovlen = 2;
             }
             if (::sendmmsg(fd, messages.data(), 2, MSG_NOSIGNAL) < 0) return -1;
             return static_cast<long>(messages[0].msg_len) + messages[1].msg_len;
         }},
    };
    return all;
}

template <typename Test>
void for_each_writer(Test test) {
    for (const auto& writer : writers()) {
        CAPTURE(std::string(writer.name));
        for_each_limit([&](const char* strategy) { test(writer, strategy); });
    }
}

}  // namespace

TEST_CASE("all is written to a socket that is read slowly, in order, and errno stays as it was") {
    for_each_writer([](const Writer& writer, const char* strategy) {
        Pair pair;
        std::string got;
        int error = 0;
        {
            const auto peer = shortly([&] { got = read_all(pair.theirs.get()); });
            CHECK(limited(strategy, late, [&] {
                      errno = EXDEV;
                      const auto written = writer.call(pair.ours.get(), text());
                      error = errno;
                      return written;
                  }) == done(much));
            pair.ours.reset();
        }
        CHECK(error == EXDEV);
        CHECK((got == text()));
    });
}

TEST_CASE("at the limit a part is written, then nothing: ETIMEDOUT, and what follows is in order") {
    for_each_writer([](const Writer& writer, const char* strategy) {
        Pair pair;
        const auto part =
            limited(strategy, soon, [&] { return writer.call(pair.ours.get(), text()); });
        CHECK(part.result > 0);
        CHECK(part.result < static_cast<long>(much));
        CHECK(limited(strategy, soon, [&] { return writer.call(pair.ours.get(), text()); }) ==
              failed(ETIMEDOUT));
        std::string got;
        {
            const auto peer = shortly([&] { got = read_all(pair.theirs.get()); });
            CHECK(limited(strategy, late,
                          [&] { return writer.call(pair.ours.get(), "and more"); }) == done(8));
            pair.ours.reset();
        }
        CHECK((got == text().substr(0, static_cast<std::size_t>(part.result)) + "and more"));
    });
}

TEST_CASE("a pipe takes all within the limit, a part by the limit, and EIO says nothing more") {
    for_each_writer([](const Writer& writer, const char* strategy) {
        if (writer.sockets_only) return;
        Pipe pipe;
        const auto write = [&] { return writer.call(pipe.write.get(), text()); };
        const auto part = limited(strategy, soon, write);
        CHECK(part.result > 0);
        CHECK(part.result < static_cast<long>(much));
        CHECK(limited(strategy, soon, write) == failed(EIO));
        std::string got;
        {
            const auto reader = shortly([&] { got = read_all(pipe.read.get()); });
            CHECK(limited(strategy, late, write) == done(much));
            pipe.write.reset();
        }
        CHECK((got == text().substr(0, static_cast<std::size_t>(part.result)) + text()));
    });
}

TEST_CASE("a descriptor that does not block takes what fits, then says EAGAIN at once") {
    for_each_writer([](const Writer& writer, const char* strategy) {
        const Pair pair(SOCK_STREAM | SOCK_NONBLOCK);
        const auto start = Deadline::Clock::now();
        const auto write = [&] {
            return limited(strategy, late, [&] { return writer.call(pair.ours.get(), text()); });
        };
        const auto part = write();
        CHECK(part.result > 0);
        CHECK(part.result < static_cast<long>(much));
        fill(pair.ours.get());
        CHECK(write() == failed(EAGAIN));
        CHECK_FALSE(Deadline::after(start, late).passed());
    });
}

TEST_CASE("a socket's own timeout ends the wait if it ends sooner") {
    for_each_writer([](const Writer& writer, const char* strategy) {
        const Pair pair;
        const timeval timeout{.tv_sec = 0, .tv_usec = 50'000};
        checked(::setsockopt(pair.ours.get(), SOL_SOCKET, SO_SNDTIMEO, &timeout, sizeof timeout),
                "setsockopt");
        fill(pair.ours.get());
        CHECK(limited(strategy, late, [&] { return writer.call(pair.ours.get(), "x12345"); }) ==
              failed(EAGAIN));
    });
}

TEST_CASE("a peer that has gone is EPIPE, and a part that was sent before is no error") {
    const auto before = ::signal(SIGPIPE, SIG_IGN);
    for_each_writer([](const Writer& writer, const char* strategy) {
        Pair pair;
        {
            const auto peer = shortly([&] { pair.theirs.reset(); });
            const auto part =
                limited(strategy, late, [&] { return writer.call(pair.ours.get(), text()); });
            CHECK(part.result > 0);
            CHECK(part.result < static_cast<long>(much));
        }
        const auto more =
            limited(strategy, late, [&] { return writer.call(pair.ours.get(), "123456"); });
        CHECK(more.result == -1);
        CHECK((more.error == EPIPE || more.error == ECONNRESET));
    });
    ::signal(SIGPIPE, before);
}

TEST_CASE("a datagram waits for room, also where poll() does not see that there is none") {
    for_each_limit([](const char* strategy) {
        sockaddr_un name{.sun_family = AF_UNIX, .sun_path = {}};  // the kernel chooses one
        socklen_t size = sizeof(sa_family_t);
        const UniqueFd receiver(
            checked_fd(::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0), "socket"));
        auto* const address = reinterpret_cast<sockaddr*>(&name);
        checked(::bind(receiver.get(), address, size), "bind");
        size = sizeof name;
        checked(::getsockname(receiver.get(), address, &size), "getsockname");
        const UniqueFd sender(
            checked_fd(::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0), "socket"));
        const auto send = [&] { return ::sendto(sender.get(), "x", 1, 0, address, size); };
        while (::sendto(sender.get(), "x", 1, MSG_DONTWAIT, address, size) == 1) continue;
        CHECK(limited(strategy, soon, send) == failed(ETIMEDOUT));
        const auto reader = shortly([&] {
            char byte = 0;
            CHECK(::recv(receiver.get(), &byte, 1, 0) == 1);
        });
        CHECK(limited(strategy, late, send) == done(1));
    });
}

TEST_CASE("an empty datagram is sent, nothing is written of nothing, and a file is written") {
    for_each_writer([](const Writer& writer, const char* strategy) {
        if (std::string_view(writer.name) == "write" || std::string_view(writer.name) == "send") {
            const Pair pair(SOCK_DGRAM);
            CHECK(limited(strategy, late, [&] { return writer.call(pair.ours.get(), ""); }) ==
                  done(0));
            char byte = 0;
            CHECK(::recv(pair.theirs.get(), &byte, 1, MSG_DONTWAIT) == 0);
        }
        if (writer.sockets_only) return;
        char name[] = "/tmp/write_waits_XXXXXX";
        const UniqueFd file(checked_fd(::mkostemp(name, O_CLOEXEC | O_APPEND), name));
        ::unlink(name);
        CHECK(limited(strategy, late, [&] { return writer.call(file.get(), text()); }) ==
              done(much));
        const ContextScope scope(Deadline::at({}));
        CHECK(writer.call(file.get(), "and more") == 8);
        ::lseek(file.get(), 0, SEEK_SET);
        CHECK((read_all(file.get()) == text() + "and more"));
    });
}

TEST_CASE("an eventfd that is full obeys as well") {
    for_each_limit([](const char* strategy) {
        const UniqueFd event(checked_fd(::eventfd(0, EFD_CLOEXEC), "eventfd"));
        const auto write = [&](std::uint64_t number) {
            return [&event, number] { return ::write(event.get(), &number, sizeof number); };
        };
        CHECK(limited(strategy, late, write(~std::uint64_t{0} - 1)) == done(8));
        CHECK(limited(strategy, soon, write(1)) == failed(EIO));
        const auto reader = shortly([&] {
            eventfd_t ignored = 0;
            ::eventfd_read(event.get(), &ignored);
        });
        CHECK(limited(strategy, late, write(1)) == done(8));
    });
}
