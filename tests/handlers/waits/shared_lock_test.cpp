#include "held.h"
#include "locks_in_c.h"
#include "locks_in_cpp.h"

#include <doctest/doctest.h>
#include <pthread.h>
#include <semaphore.h>

#include <atomic>
#include <cerrno>
#include <csignal>
#include <ctime>
#include <mutex>
#include <shared_mutex>
#include <string>
#include <system_error>
#include <thread>
#include <vector>

using namespace curfew;
using namespace curfew::tests;
using namespace std::chrono_literals;

namespace {

struct Semaphore {
    Semaphore() { ::sem_init(&semaphore, 0, 0); }
    ~Semaphore() { ::sem_destroy(&semaphore); }
    sem_t semaphore;
};

timespec in_an_hour(clockid_t clock) {
    timespec time{};
    ::clock_gettime(clock, &time);
    time.tv_sec += 3600;
    return time;
}

}  // namespace

TEST_CASE("std::shared_mutex throws at the deadline, and works afterwards") {
    on_thread_and_fiber([] {
        std::shared_mutex mutex;
        {
            Held written(mutex);
            under_limits([&] {
                CHECK_THROWS_AS(write_and_unlock(mutex), std::system_error);
                CHECK_THROWS_AS(read_and_unlock(mutex), std::system_error);
                CHECK_THROWS_AS(mutex.lock(), std::system_error);
                CHECK_THROWS_AS(mutex.lock_shared(), std::system_error);
            });
        }
        {
            Held read([&] { mutex.lock_shared(); }, [&] { mutex.unlock_shared(); });
            under_limits([&] {
                read_and_unlock(mutex);
                CHECK_THROWS_AS(write_and_unlock(mutex), std::system_error);
            });
        }
        const ContextScope scope(Deadline::in(1h));
        write_and_unlock(mutex);
        read_and_unlock(mutex);
        CHECK(mutex.try_lock());
        mutex.unlock();
    });
}

TEST_CASE("a read-write lock with a timeout ends at the limit") {
    on_thread_and_fiber([] {
        std::shared_timed_mutex mutex;
        Held written(mutex);
        under_limits([&] {
            CHECK_FALSE(mutex.try_lock_for(1h));
            CHECK_FALSE(mutex.try_lock_shared_for(1h));
            CHECK_FALSE(mutex.try_lock_until(std::chrono::system_clock::now() + 1h));
            CHECK_FALSE(mutex.try_lock_shared_until(std::chrono::system_clock::now() + 1h));
        });
        written.release();
        CHECK(mutex.try_lock_for(1h));
        mutex.unlock();
    });
}

TEST_CASE("a fiber that waits for a read-write lock lets the fiber that has it go on") {
    std::shared_mutex mutex;
    std::string order;
    FiberLoop loop;
    for (const char name : {'a', 'b'}) {
        loop.add([&, name] {
            const std::lock_guard lock(mutex);
            order += name;
            pause_for_others();
            order += name;
        });
    }
    for (const char name : {'r', 'r'}) {
        loop.add([&, name] {
            const std::shared_lock lock(mutex);
            order += name;
            pause_for_others();
            order += name;
        });
    }
    loop.run();
    CHECK(order.find("aa") != std::string::npos);
    CHECK(order.find("bb") != std::string::npos);
    CHECK(order.find("rrrr") != std::string::npos);
}

TEST_CASE("code in C waits on for a read-write lock") {
    on_thread_and_fiber([] {
        pthread_rwlock_t lock = PTHREAD_RWLOCK_INITIALIZER;
        Held written([&] { ::pthread_rwlock_wrlock(&lock); },
                     [&] { ::pthread_rwlock_unlock(&lock); });
        std::atomic<bool> unlocked{false};
        int counted = 0;
        std::thread releases([&] {
            pause_for_others();
            unlocked = true;
            written.release();
        });
        {
            const ContextScope scope(Deadline::in(0ms));
            CHECK(count_under_read_write_lock(&lock, &counted) == 1);
        }
        CHECK(unlocked);
        releases.join();
    });
}

TEST_CASE("sem_wait fails at the deadline, and the semaphore works afterwards") {
    on_thread_and_fiber([] {
        Semaphore one;
        auto* const semaphore = &one.semaphore;
        under_limits([&] {
            CHECK(::sem_wait(semaphore) == -1);
            CHECK(errno == ETIMEDOUT);
            auto until = in_an_hour(CLOCK_REALTIME);
            CHECK(::sem_timedwait(semaphore, &until) == -1);
            CHECK(errno == ETIMEDOUT);
            until = in_an_hour(CLOCK_MONOTONIC);
            CHECK(::sem_clockwait(semaphore, CLOCK_MONOTONIC, &until) == -1);
            CHECK(errno == ETIMEDOUT);
        });
        std::thread posts([&] { ::sem_post(semaphore); });
        {
            const ContextScope scope(Deadline::in(1h));
            CHECK(::sem_wait(semaphore) == 0);
        }
        posts.join();
        CHECK(::sem_trywait(semaphore) == -1);
    });
}

TEST_CASE("a semaphore may be posted by a signal handler while the same thread uses semaphores") {
    static Semaphore* posted = nullptr;
    Semaphore one;
    posted = &one;
    struct sigaction before {};
    struct sigaction posts {};
    posts.sa_handler = [](int) { ::sem_post(&posted->semaphore); };
    posts.sa_flags = SA_RESTART;
    ::sigaction(SIGUSR1, &posts, &before);
    constexpr int number = 2000;
    std::atomic<bool> done{false};
    const auto thread = ::pthread_self();
    std::thread signals([&] {
        for (int i = 0; i < number; ++i) {
            ::pthread_kill(thread, SIGUSR1);
            std::this_thread::yield();
        }
        while (!done) {
            ::pthread_kill(thread, SIGUSR1);  // signals that come together count as one
            ::usleep(1000);
        }
    });
    FiberLoop loop;
    int taken = 0;
    for (int fiber = 0; fiber < 2; ++fiber) {
        loop.add([&] {
            for (int i = 0; i < 500; ++i, ++taken) ::sem_wait(&posted->semaphore);
        });
    }
    loop.run();
    done = true;
    signals.join();
    ::sigaction(SIGUSR1, &before, nullptr);
    CHECK(taken == 1000);
}

TEST_CASE("a timed join ends at the deadline, and the thread can be joined afterwards") {
    on_thread_and_fiber([] {
        std::atomic<bool> go_on{false};
        std::thread thread([&] { go_on.wait(false); });
        const auto handle = thread.native_handle();
        under_limits([&] {
            auto until = in_an_hour(CLOCK_REALTIME);
            CHECK(::pthread_timedjoin_np(handle, nullptr, &until) == ETIMEDOUT);
            until = in_an_hour(CLOCK_MONOTONIC);
            CHECK(::pthread_clockjoin_np(handle, nullptr, CLOCK_MONOTONIC, &until) == ETIMEDOUT);
        });
        CHECK(thread.joinable());
        go_on = true;
        go_on.notify_one();
        const ContextScope scope(Deadline::in(1h));
        thread.join();
    });
}

TEST_CASE("a destructor that joins waits on") {
    on_thread_and_fiber([] {
        std::atomic<bool> ended{false};
        {
            const ContextScope scope(Deadline::in(0ms));
            const std::jthread thread([&] {
                pause_for_others();
                ended = true;
            });
        }
        CHECK(ended);
    });
}

TEST_CASE("a fiber that joins a thread lets other fibers run") {
    std::atomic<bool> go_on{false};
    FiberLoop loop;
    std::string order;
    loop.add([&] {
        std::thread thread([&] { go_on.wait(false); });
        thread.join();
        order += "joined";
    });
    loop.add([&] {
        pause_for_others();
        order += "other fiber, ";
        go_on = true;
        go_on.notify_one();
    });
    loop.run();
    CHECK(order == "other fiber, joined");
}
