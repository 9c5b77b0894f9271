// Waits for signals, and for queues and semaphores of System V and POSIX.
#include "tests/handlers/waits/under.h"
#include "tests/support/rescue.h"

#include <doctest/doctest.h>
#include <fcntl.h>
#include <mqueue.h>
#include <sys/ipc.h>
#include <sys/msg.h>
#include <sys/sem.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <string>
#include <thread>

using namespace curfew;
using namespace curfew::tests;
using namespace std::chrono_literals;

TEST_CASE("waits for signals end at the limit, and get a signal in time") {
    const int signal = SIGRTMIN + 12;
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, signal);
    ::pthread_sigmask(SIG_BLOCK, &set, nullptr);
    for (const auto* const by : strategies_of_waits) {
        CAPTURE(by);
        const pthread_t self = ::pthread_self();
        Rescue rescue([&] { ::pthread_kill(self, signal); });

        const auto info = under(by, 50ms, [&] { return ::sigwaitinfo(&set, nullptr); });
        const timespec minute{.tv_sec = 60, .tv_nsec = 0};
        const auto timed = under(by, 50ms, [&] { return ::sigtimedwait(&set, nullptr, &minute); });
        int got = 0;
        const auto plain = under(by, 50ms, [&] { return ::sigwait(&set, &got); });

        CHECK_FALSE(rescue.needed());
        CHECK(info.late);
        CHECK(info.error == EAGAIN);
        CHECK(timed.late);
        CHECK(timed.error == EAGAIN);
        CHECK(plain.late);
        CHECK(plain.result == EAGAIN);

        std::thread other([&] {
            std::this_thread::sleep_for(20ms);
            ::pthread_kill(self, signal);
        });
        CHECK(under(by, 20s, [&] { return ::sigwait(&set, &got); }).result == 0);
        CHECK(got == signal);
        other.join();
        const timespec moment{.tv_sec = 0, .tv_nsec = 20'000'000};
        const auto own = under(by, 20s, [&] { return ::sigtimedwait(&set, nullptr, &moment); });
        CHECK_FALSE(own.late);
        CHECK(own.error == EAGAIN);
    }
    ::pthread_sigmask(SIG_UNBLOCK, &set, nullptr);
}

TEST_CASE("queues of System V and POSIX end at the limit, and give a message in time") {
    struct Message {
        long type = 1;
        std::array<char, 8> text{};
    };
    const int queue = ::msgget(IPC_PRIVATE, 0600);
    const int semaphore = ::semget(IPC_PRIVATE, 1, 0600);
    REQUIRE(queue >= 0);
    REQUIRE(semaphore >= 0);
    for (const auto* const by : strategies_of_waits) {
        CAPTURE(by);
        Message message;
        sembuf down{.sem_num = 0, .sem_op = -1, .sem_flg = 0};
        sembuf up{.sem_num = 0, .sem_op = 1, .sem_flg = 0};
        Rescue rescue([&] {
            ::msgctl(queue, IPC_RMID, nullptr);
            ::semctl(semaphore, 0, IPC_RMID);
        });
        const auto receive = [&] { return ::msgrcv(queue, &message, sizeof message.text, 0, 0); };

        const auto message_late = under(by, 50ms, receive);
        const auto semaphore_late = under(by, 50ms, [&] { return ::semop(semaphore, &down, 1); });

        CHECK_FALSE(rescue.needed());
        CHECK(message_late.late);
        CHECK(message_late.error == ENOMSG);
        CHECK(semaphore_late.late);
        CHECK(semaphore_late.error == EAGAIN);

        REQUIRE(::msgsnd(queue, &message, sizeof message.text, 0) == 0);
        REQUIRE(::semop(semaphore, &up, 1) == 0);
        CHECK(under(by, 20s, receive).result == sizeof message.text);
        CHECK(under(by, 20s, [&] { return ::semop(semaphore, &down, 1); }).result == 0);
    }
    ::msgctl(queue, IPC_RMID, nullptr);
    ::semctl(semaphore, 0, IPC_RMID);
}

TEST_CASE("a message queue of POSIX ends at the limit, and gives a message in time") {
    const auto name = "/curfew_waits_" + std::to_string(::getpid());
    mq_attr attributes{};
    attributes.mq_maxmsg = 1;
    attributes.mq_msgsize = 8;
    const mqd_t queue = ::mq_open(name.c_str(), O_RDWR | O_CREAT | O_EXCL, 0600, &attributes);
    if (queue < 0) return;  // not every container has them
    ::mq_unlink(name.c_str());
    for (const auto* const by : strategies_of_waits) {
        CAPTURE(by);
        std::array<char, 8> text{};
        Rescue rescue([&] { ::mq_send(queue, text.data(), 1, 0); });

        const auto late =
            under(by, 50ms, [&] { return ::mq_receive(queue, text.data(), text.size(), nullptr); });

        CHECK_FALSE(rescue.needed());
        CHECK(late.late);
        CHECK(late.error == ETIMEDOUT);
        REQUIRE(::mq_send(queue, text.data(), 1, 0) == 0);
        const auto full = under(by, 50ms, [&] { return ::mq_send(queue, text.data(), 1, 0); });
        CHECK(full.error == ETIMEDOUT);
        CHECK(under(by, 20s, [&] {
                  return ::mq_receive(queue, text.data(), text.size(), nullptr);
              }).result == 1);
    }
    ::mq_close(queue);
}
