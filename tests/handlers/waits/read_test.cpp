#include "limited_calls.h"

#include <poll.h>
#include <sys/eventfd.h>
#include <sys/inotify.h>
#include <sys/syscall.h>
#include <sys/uio.h>

#include <array>
#include <csignal>
#include <cstdint>
#include <cstdio>
#include <functional>
#include <vector>

using namespace curfew;
using namespace curfew::tests;
using namespace std::chrono_literals;

namespace {

/// Four bytes by each function that can read from a socket.
struct Reader {
    const char* name;
    std::function<long(int fd, char* buffer)> call;
};

const std::vector<Reader>& readers() {
    static const std::vector<Reader> all{
        {"read", [](int fd, char* buffer) { return ::read(fd, buffer, 4); }},
        {"readv",
         [](int fd, char* buffer) {
             const std::array<iovec, 2> halves{iovec{buffer, 1}, iovec{buffer + 1, 3}};
             return ::readv(fd, halves.data(), 2);
         }},
        {"recv", [](int fd, char* buffer) { return ::recv(fd, buffer, 4, 0); }},
        {"recvfrom",
         [](int fd, char* buffer) { return ::recvfrom(fd, buffer, 4, 0, nullptr, nullptr); }},
        {"recvmsg",
         [](int fd, char* buffer) {
             iovec all_of_it{buffer, 4};
             msghdr message{};
             message.msg_iov = &all_of_it;
             message.msg_iovlen = 1;
             return ::recvmsg(fd, &message, 0);
         }},
        {"recvmmsg",
         [](int fd, char* buffer) -> long {
             iovec all_of_it{buffer, 4};
             mmsghdr message{};
             message.msg_hdr.msg_iov = &all_of_it;
             message.msg_hdr.msg_iovlen = 1;
             const int got = ::recvmmsg(fd, &message, 1, 0, nullptr);
             return got < 0 ? got : static_cast<long>(message.msg_len);
         }},
    };
    return all;
}

template <typename Test>
void for_each_reader(Test test) {
    for (const auto& reader : readers()) {
        CAPTURE(std::string(reader.name));
        for_each_limit([&](const char* strategy) { test(reader, strategy); });
    }
}

}  // namespace

TEST_CASE("a socket whose data is there is read at once, and errno stays as it was") {
    for_each_reader([](const Reader& reader, const char* strategy) {
        const Pair pair;
        pair.say("data");
        char buffer[5] = {};
        int error = 0;
        CHECK(limited(strategy, late, [&] {
                  errno = EXDEV;
                  const auto result = reader.call(pair.ours.get(), buffer);
                  error = errno;
                  return result;
              }) == done(4));
        CHECK(error == EXDEV);
        CHECK(std::string(buffer) == "data");
    });
}

TEST_CASE("data that comes within the limit ends the wait, and errno stays as it was") {
    for_each_reader([](const Reader& reader, const char* strategy) {
        const Pair pair;
        char buffer[5] = {};
        int error = 0;
        const auto peer = shortly([&] { pair.say("data"); });
        CHECK(limited(strategy, late, [&] {
                  errno = EXDEV;
                  const auto result = reader.call(pair.ours.get(), buffer);
                  error = errno;
                  return result;
              }) == done(4));
        CHECK(error == EXDEV);
        CHECK(std::string(buffer) == "data");
    });
}

TEST_CASE("at the limit a socket says ETIMEDOUT, and works again afterwards") {
    for_each_reader([](const Reader& reader, const char* strategy) {
        const Pair pair;
        char buffer[5] = {};
        const auto read = [&] { return reader.call(pair.ours.get(), buffer); };
        CHECK(limited(strategy, soon, read) == failed(ETIMEDOUT));
        pair.say("data");
        CHECK(limited(strategy, late, read) == done(4));
        pair.say("more");
        CHECK(outcome_of(read) == done(4));
        CHECK(std::string(buffer) == "more");
    });
}

TEST_CASE("after the limit a peer that always has more is read no more, and what is there stays") {
    for_each_reader([](const Reader& reader, const char* strategy) {
        const Pair pair;
        const Pair quick(SOCK_STREAM | SOCK_NONBLOCK);
        char buffer[5] = {};
        const auto read = [&] { return reader.call(pair.ours.get(), buffer); };
        int times = 0;
        const auto flooded = [&] {
            do pair.say("data");
            while (read() == 4 && ++times > 0);
            return -1;
        };
        CHECK(limited(strategy, soon, flooded) == failed(ETIMEDOUT));
        CHECK(times > 0);
        {
            const ContextScope scope(Deadline::at({}));
            CHECK(outcome_of(read) == failed(ETIMEDOUT));
            quick.say("data");
            CHECK(reader.call(quick.ours.get(), buffer) == 4);
        }
        CHECK(outcome_of(read) == done(4));
    });
}

TEST_CASE("the sooner of two nested limits ends the wait, and the other one holds on") {
    for_each_limit([](const char* strategy) {
        const Pair pair;
        char byte = 0;
        const auto read = [&] { return ::recv(pair.ours.get(), &byte, 1, 0); };
        const auto start = Deadline::Clock::now();
        CHECK(limited(strategy, soon, [&] {
                  CHECK(limited("deadline", late, read) == failed(ETIMEDOUT));
                  return 0;
              }) == done(0));
        CHECK(limited(strategy, 5 * soon, [&] {
                  CHECK(limited("deadline", soon, read) == failed(ETIMEDOUT));
                  CHECK_FALSE(Deadline::after(start, 5 * soon).passed());
                  return read();
              }) == failed(ETIMEDOUT));
        CHECK_FALSE(Deadline::after(start, late).passed());
    });
}

TEST_CASE("a descriptor that does not block says EAGAIN at once") {
    for_each_reader([](const Reader& reader, const char* strategy) {
        const Pair pair(SOCK_STREAM | SOCK_NONBLOCK);
        char buffer[5] = {};
        const auto start = Deadline::Clock::now();
        CHECK(limited(strategy, late, [&] { return reader.call(pair.ours.get(), buffer); }) ==
              failed(EAGAIN));
        CHECK_FALSE(Deadline::after(start, late).passed());
    });
}

TEST_CASE("a socket's own timeout ends the wait if it ends sooner") {
    for_each_reader([](const Reader& reader, const char* strategy) {
        const Pair pair;
        const timeval timeout{.tv_sec = 0, .tv_usec = 50'000};
        checked(::setsockopt(pair.ours.get(), SOL_SOCKET, SO_RCVTIMEO, &timeout, sizeof timeout),
                "setsockopt");
        char buffer[5] = {};
        const auto read = [&] { return reader.call(pair.ours.get(), buffer); };
        CHECK(limited(strategy, late, read) == failed(EAGAIN));
        const timeval longer{.tv_sec = 20, .tv_usec = 0};
        checked(::setsockopt(pair.ours.get(), SOL_SOCKET, SO_RCVTIMEO, &longer, sizeof longer),
                "setsockopt");
        CHECK(limited(strategy, soon, read) == failed(ETIMEDOUT));
    });
}

TEST_CASE("a stream that has ended is at its end, and a closed descriptor is none") {
    for_each_reader([](const Reader& reader, const char* strategy) {
        Pair pair;
        char buffer[5] = {};
        const auto peer = shortly([&] { pair.theirs.reset(); });
        CHECK(limited(strategy, late, [&] { return reader.call(pair.ours.get(), buffer); }) ==
              done(0));
        CHECK(limited(strategy, late, [&] { return reader.call(-1, buffer); }) == failed(EBADF));
    });
}

TEST_CASE("a signal does not end the wait") {
    struct sigaction action {};
    action.sa_handler = [](int) {};  // without SA_RESTART
    struct sigaction before {};
    ::sigaction(SIGUSR1, &action, &before);
    for_each_limit([](const char* strategy) {
        const Pair pair;
        char byte = 0;
        const auto reader = ::pthread_self();
        const auto peer = shortly([&] {
            ::pthread_kill(reader, SIGUSR1);
            std::this_thread::sleep_for(soon);
            pair.say("x");
        });
        CHECK(limited(strategy, late, [&] { return ::recv(pair.ours.get(), &byte, 1, 0); }) ==
              done(1));
    });
    ::sigaction(SIGUSR1, &before, nullptr);
}

TEST_CASE("a datagram is one message, also an empty one") {
    for_each_reader([](const Reader& reader, const char* strategy) {
        const Pair pair(SOCK_DGRAM);
        pair.say("longer than four");
        pair.say("");
        char buffer[5] = {};
        const auto read = [&] { return reader.call(pair.ours.get(), buffer); };
        CHECK(limited(strategy, late, read) == done(4));
        CHECK(limited(strategy, late, read) == done(0));
        CHECK(limited(strategy, soon, read) == failed(ETIMEDOUT));
    });
}

TEST_CASE("a pipe is read within the limit, and says EIO at the limit") {
    for_each_limit([](const char* strategy) {
        Pipe pipe;
        char buffer[5] = {};
        const auto read = [&] { return ::read(pipe.read.get(), buffer, 4); };
        pipe.say("data");
        CHECK(limited(strategy, late, read) == done(4));
        CHECK(std::string(buffer) == "data");
        CHECK(limited(strategy, soon, read) == failed(EIO));
        pipe.say("late");
        {
            const ContextScope scope(Deadline::at({}));
            CHECK(outcome_of(read) == failed(EIO));
        }
        CHECK(outcome_of(read) == done(4));
        {
            const auto peer = shortly([&] { pipe.say("more"); });
            CHECK(limited(strategy, late, read) == done(4));
        }
        CHECK(std::string(buffer) == "more");
        pipe.write.reset();
        CHECK(limited(strategy, late, read) == done(0));
        CHECK(limited(strategy, late, [&] { return ::read(pipe.read.get(), buffer, 0); }) ==
              done(0));
    });
}

TEST_CASE("eventfds and what only poll() can wait for obey as well") {
    for_each_limit([](const char* strategy) {
        const UniqueFd event(checked_fd(::eventfd(0, EFD_CLOEXEC), "eventfd"));
        const UniqueFd watch(checked_fd(::inotify_init1(IN_CLOEXEC), "inotify"));
        const UniqueFd unblocked(checked_fd(::inotify_init1(IN_CLOEXEC | IN_NONBLOCK), "inotify"));
        std::uint64_t count = 0;
        std::array<char, 4096> changes{};
        const auto read_event = [&] { return ::read(event.get(), &count, sizeof count); };
        const auto read_watch = [&] { return ::read(watch.get(), changes.data(), changes.size()); };
        CHECK(limited(strategy, soon, read_event) == failed(EIO));
        CHECK(limited(strategy, soon, read_watch) == failed(EIO));
        CHECK(limited(strategy, late, [&] {
                  return ::read(unblocked.get(), changes.data(), changes.size());
              }) == failed(EAGAIN));
        const auto peer = shortly([&] { ::eventfd_write(event.get(), 7); });
        CHECK(limited(strategy, late, read_event) == done(8));
        CHECK(count == 7);
        checked(::inotify_add_watch(watch.get(), "/tmp", IN_CREATE), "inotify_add_watch");
        char name[] = "/tmp/read_waits_XXXXXX";
        const UniqueFd file(checked_fd(::mkostemp(name, O_CLOEXEC), name));
        ::unlink(name);
        CHECK(limited(strategy, late, read_watch).result > 0);
    });
}

TEST_CASE("a file is read also if it is not in memory, and after the limit") {
    for_each_limit([](const char* strategy) {
        char name[] = "/tmp/read_waits_XXXXXX";
        const UniqueFd file(checked_fd(::mkostemp(name, O_CLOEXEC), name));
        ::unlink(name);
        const std::string text(1 << 20, 'x');
        CHECK(::write(file.get(), text.data(), text.size()) == 1 << 20);
        std::vector<char> buffer(1 << 20);
        const auto read = [&] { return ::read(file.get(), buffer.data(), buffer.size()); };
        const auto forget = [&] {
            ::fsync(file.get());
            ::posix_fadvise(file.get(), 0, 0, POSIX_FADV_DONTNEED);
            ::lseek(file.get(), 1, SEEK_SET);
        };
        forget();
        CHECK(limited(strategy, late, read).result > 0);
        forget();
        {
            const ContextScope scope(Deadline::at({}));
            CHECK(outcome_of(read).result > 0);
        }
        ::lseek(file.get(), 0, SEEK_END);
        CHECK(limited(strategy, late, read) == done(0));
        const UniqueFd directory(checked_fd(::open("/", O_RDONLY | O_CLOEXEC), "/"));
        CHECK(limited(strategy, late, [&] { return ::read(directory.get(), buffer.data(), 1); }) ==
              failed(EISDIR));
    });
}

TEST_CASE("a number that a file had may be a pipe's, however the file was closed") {
    const std::vector<std::function<void(int fd)>> ways{
        [](int fd) { ::close(fd); },
        [](int fd) { ::dup2(Pipe().read.get(), fd); },
        [](int fd) { ::dup3(Pipe().read.get(), fd, O_CLOEXEC); },
        [](int fd) { ::close_range(static_cast<unsigned>(fd), static_cast<unsigned>(fd), 0); },
        [](int fd) { std::fclose(::fdopen(fd, "r")); },
    };
    for (std::size_t i = 0; i < ways.size(); ++i) {
        CAPTURE(i);
        const Pipe pipe;
        char byte = 0;
        const int number = checked(::open("/", O_RDONLY | O_CLOEXEC), "/");
        const auto read = [&] { return ::read(number, &byte, 1); };
        CHECK(limited("deadline", late, read) == failed(EISDIR));
        ways[i](number);
        // Not by dup2(), which is one of the ways.
        const UniqueFd again(
            static_cast<int>(::syscall(SYS_dup3, pipe.read.get(), number, O_CLOEXEC)));
        CHECK(limited("deadline", soon, read) == failed(EIO));
    }
}
