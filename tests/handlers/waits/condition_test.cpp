#include "handlers/base/error.h"
#include "held.h"
#include "locks_in_c.h"

#include <doctest/doctest.h>

#include <atomic>
#include <cerrno>
#include <condition_variable>
#include <ctime>
#include <functional>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

using namespace curfew;
using namespace curfew::tests;
using namespace std::chrono_literals;

namespace {

/// The number of items, for which threads and fibers wait.
struct Items {
    std::mutex mutex;
    std::condition_variable changed;
    int number = 0;

    void put(int more, bool all = false) {
        {
            const std::lock_guard lock(mutex);
            number += more;
        }
        all ? changed.notify_all() : changed.notify_one();
    }

    void take() {
        std::unique_lock lock(mutex);
        changed.wait(lock, [this] { return number > 0; });
        --number;
    }

    /// Somebody signals, and the waiter has the mutex afterwards.
    void check_that_it_works() {
        std::thread puts([this] { put(1); });
        {
            const ContextScope scope(Deadline::in(1h));
            take();
        }
        puts.join();
        CHECK(mutex.try_lock());
        mutex.unlock();
    }
};

using Waits = std::function<void(std::condition_variable&, std::unique_lock<std::mutex>&)>;

void check_that_it_throws(const Waits& wait) {
    on_thread_and_fiber([&] {
        Items items;
        under_limits([&] {
            std::unique_lock lock(items.mutex);
            CHECK_THROWS_AS(wait(items.changed, lock), TimeoutError);
            CHECK(lock.owns_lock());
            CHECK_FALSE(items.mutex.try_lock());
        });
        items.check_that_it_works();
    });
}

timespec in(clockid_t clock, std::chrono::seconds duration) {
    timespec time{};
    ::clock_gettime(clock, &time);
    time.tv_sec += duration.count();
    return time;
}

}  // namespace

TEST_CASE("std::condition_variable throws at the deadline, with the mutex locked") {
    check_that_it_throws([](auto& condition, auto& lock) { condition.wait(lock); });
    check_that_it_throws(
        [](auto& condition, auto& lock) { condition.wait(lock, [] { return false; }); });
    check_that_it_throws([](auto& condition, auto& lock) { condition.wait_for(lock, 1h); });
    check_that_it_throws(
        [](auto& condition, auto& lock) { condition.wait_for(lock, 1h, [] { return false; }); });
    check_that_it_throws([](auto& condition, auto& lock) {
        condition.wait_until(lock, std::chrono::system_clock::now() + 1h);
    });
    check_that_it_throws([](auto& condition, auto& lock) {
        condition.wait_until(lock, std::chrono::steady_clock::now() + 1h, [] { return false; });
    });
}

TEST_CASE("a condition variable's own timeout is none of the limit's") {
    on_thread_and_fiber([] {
        Items items;
        {
            const ContextScope scope(Deadline::in(1h));
            std::unique_lock lock(items.mutex);
            CHECK(items.changed.wait_for(lock, 5ms) == std::cv_status::timeout);
            CHECK(items.changed.wait_until(lock, std::chrono::system_clock::now() + 5ms) ==
                  std::cv_status::timeout);
            CHECK_FALSE(items.changed.wait_for(lock, 5ms, [] { return false; }));
            CHECK(items.changed.wait_for(lock, 5ms, [] { return true; }));
        }
        items.check_that_it_works();
    });
}

TEST_CASE("pthread_cond_timedwait times out at the deadline, and C waits on for its signal") {
    on_thread_and_fiber([] {
        pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
        pthread_cond_t condition = PTHREAD_COND_INITIALIZER;
        const ContextScope scope(Deadline::in(5ms));
        ::pthread_mutex_lock(&mutex);
        const auto until = in(CLOCK_REALTIME, 1h);
        CHECK(timed_wait_for_signal(&condition, &mutex, &until) == ETIMEDOUT);
        std::atomic<bool> signalled{false};
        std::thread signals([&] {
            const ContextScope none{CallContext{}};
            ::pthread_mutex_lock(&mutex);
            signalled = true;
            ::pthread_cond_signal(&condition);
            ::pthread_mutex_unlock(&mutex);
        });
        CHECK(wait_for_signal(&condition, &mutex) == 0);
        CHECK(signalled);
        CHECK(::pthread_mutex_trylock(&mutex) == EBUSY);
        ::pthread_mutex_unlock(&mutex);
        const ContextScope none{CallContext{}};
        signals.join();
    });
}

TEST_CASE("a signal is for one, and a broadcast for all, in the order of their waits") {
    std::mutex mutex;
    std::condition_variable changed;
    std::string order;
    FiberLoop loop;
    for (const char name : {'a', 'b', 'c'}) {
        loop.add([&, name] {
            std::unique_lock lock(mutex);
            changed.wait(lock);
            order += name;
        });
    }
    loop.add([&] {
        for (int i = 0; i < 5; ++i) pause_for_others();
        changed.notify_one();
        for (int i = 0; i < 5; ++i) pause_for_others();
        CHECK(order == "a");
        changed.notify_all();
    });
    loop.run();
    CHECK(order.size() == 3);
    CHECK(order.starts_with("a"));
}

TEST_CASE("threads and fibers that wait for one condition variable miss no signal") {
    constexpr int each = 300;
    constexpr int takers = 2 * (3 + 3);
    Items items;
    const auto takes = [&] {
        for (int i = 0; i < each; ++i) items.take();
    };
    std::vector<std::thread> threads;
    for (int i = 0; i < 2; ++i) {
        threads.emplace_back([&] {
            FiberLoop loop;
            for (int fiber = 0; fiber < 3; ++fiber) loop.add(takes);
            loop.run();
        });
        threads.emplace_back(takes);
        threads.emplace_back([&] {
            const ContextScope scope(Deadline::in(1h));
            takes();
        });
        threads.emplace_back([&] {
            const PooledToken token;
            const ContextScope scope(cancelled_by(*token, Deadline::in(1h)));
            takes();
        });
    }
    for (int i = 0; i < each * takers; ++i) items.put(1);
    for (auto& thread : threads) thread.join();
    CHECK(items.number == 0);
}
