#include "limited_calls.h"

#include <sys/uio.h>

#include <array>

using namespace curfew;
using namespace curfew::tests;

TEST_CASE("MSG_WAITALL waits for all, and at the limit returns what it has") {
    for_each_limit([](const char* strategy) {
        const Pair pair;
        char buffer[9] = {};
        const auto read = [&] { return ::recv(pair.ours.get(), buffer, 8, MSG_WAITALL); };
        pair.say("some");
        {
            const auto peer = shortly([&] { pair.say("more"); });
            CHECK(limited(strategy, late, read) == done(8));
        }
        CHECK(std::string(buffer) == "somemore");
        pair.say("half");
        CHECK(limited(strategy, soon, read) == done(4));
        CHECK(limited(strategy, soon, read) == failed(ETIMEDOUT));
        pair.say("123456789");
        CHECK(limited(strategy, late, read) == done(8));
        ::shutdown(pair.theirs.get(), SHUT_WR);
        CHECK(limited(strategy, late, read) == done(1));
        CHECK(limited(strategy, late, read) == done(0));

        const Pair datagrams(SOCK_DGRAM);
        datagrams.say("some");
        CHECK(limited(strategy, late, [&] {
                  return ::recv(datagrams.ours.get(), buffer, 8, MSG_WAITALL);
              }) == done(4));
    });
}

TEST_CASE("MSG_WAITALL fills several buffers, and MSG_PEEK leaves what it has seen") {
    for_each_limit([](const char* strategy) {
        Pair pair;
        char first[4] = {};
        char second[6] = {};
        std::array<iovec, 3> parts{iovec{first, 3}, iovec{nullptr, 0}, iovec{second, 5}};
        msghdr message{};
        message.msg_iov = parts.data();
        message.msg_iovlen = parts.size();
        const auto read = [&](int flags) {
            return limited(strategy, late, [&] {
                return ::recvmsg(pair.ours.get(), &message, MSG_WAITALL | flags);
            });
        };
        for (const int flags : {int{MSG_PEEK}, 0}) {
            if (flags) pair.say("1");
            const auto peer = shortly([&] {
                if (!flags) return;
                pair.say("2345");
                std::this_thread::sleep_for(soon);
                pair.say("678");
            });
            CHECK(read(flags) == done(8));
            CHECK(std::string(first) == "123");
            CHECK(std::string(second) == "45678");
        }
        pair.say("end");
        pair.theirs.reset();
        CHECK(read(MSG_PEEK) == done(3));
        CHECK(read(0) == done(3));
    });
}

TEST_CASE("recvmmsg waits for all messages, for one, or until its timeout") {
    for_each_limit([](const char* strategy) {
        const Pair pair(SOCK_DGRAM);
        char buffers[2][4] = {};
        std::array<iovec, 2> parts{iovec{buffers[0], 4}, iovec{buffers[1], 4}};
        std::array<mmsghdr, 2> messages{};
        for (std::size_t i = 0; i < 2; ++i) {
            messages[i].msg_hdr.msg_iov = &parts[i];
            messages[i].msg_hdr.msg_iovlen = 1;
        }
        const auto read = [&](Duration limit, int flags, timespec* timeout = nullptr) {
            return limited(strategy, limit, [&] {
                return ::recvmmsg(pair.ours.get(), messages.data(), 2, flags, timeout);
            });
        };
        pair.say("one");
        {
            const auto peer = shortly([&] { pair.say("more"); });
            CHECK(read(late, 0) == done(2));
        }
        CHECK(messages[1].msg_len == 4);
        pair.say("one");
        CHECK(read(late, MSG_WAITFORONE) == done(1));
        pair.say("one");
        CHECK(read(soon, 0) == done(1));
        CHECK(read(soon, 0) == failed(ETIMEDOUT));
        timespec timeout{.tv_sec = 0, .tv_nsec = 50'000'000};
        CHECK(read(late, 0, &timeout) == failed(EAGAIN));
        CHECK((timeout.tv_sec == 0 && timeout.tv_nsec == 0));
    });
}
