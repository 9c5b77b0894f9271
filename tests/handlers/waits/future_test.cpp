#include "handlers/base/error.h"
#include "held.h"

#include <doctest/doctest.h>
#include <linux/futex.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <atomic>
#include <climits>
#include <cstdint>
#include <future>
#include <latch>
#include <mutex>
#include <semaphore>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

using namespace curfew;
using namespace curfew::tests;
using namespace std::chrono_literals;

namespace {

/// Waits without a limit, after `begin` was called, for what another thread does a little later.
template <typename Wait, typename Release>
void check_that_it_waits_on(Wait wait, Release release) {
    std::atomic<bool> released{false};
    std::thread releases([&] {
        pause_for_others();
        released = true;
        release();
    });
    {
        const ContextScope scope(Deadline::in(0ms));
        wait();
    }
    CHECK(released);
    releases.join();
}

}  // namespace

TEST_CASE("a wait for a promise that nobody fulfils ends at the deadline") {
    on_thread_and_fiber([] {
        std::promise<std::string> promise;
        auto future = promise.get_future();
        under_limits([&] { CHECK_THROWS_AS(future.wait(), TimeoutError); });
        under_limits([&] { CHECK(future.wait_for(1h) == std::future_status::timeout); });
        under_limits([&] {
            CHECK(future.wait_until(std::chrono::system_clock::now() + 1h) ==
                  std::future_status::timeout);
        });
        {
            const ContextScope scope(Deadline::in(1h));
            CHECK(future.wait_for(5ms) == std::future_status::timeout);
        }
        std::thread fulfils([&] { promise.set_value("fulfilled"); });
        {
            const ContextScope scope(Deadline::in(1h));
            CHECK(future.get() == "fulfilled");
        }
        fulfils.join();

        std::promise<int> broken;
        auto never = broken.get_future();
        under_limits([&] {
            if (never.valid()) CHECK_THROWS_AS(never.get(), TimeoutError);
        });
    });
}

TEST_CASE("a fiber that waits for a future lets another fiber fulfil it") {
    std::promise<int> promise;
    int got = 0;
    FiberLoop loop;
    loop.add([&] { got = promise.get_future().get(); });
    loop.add([&] {
        pause_for_others();
        promise.set_value(5);
    });
    loop.run();
    CHECK(got == 5);
}

TEST_CASE("what std::async runs on a thread is waited for until the deadline") {
    on_thread_and_fiber([] {
        std::atomic<bool> go_on{false};
        auto future = std::async(std::launch::async, [&] {
            go_on.wait(false);
            return 7;
        });
        {
            const ContextScope scope(Deadline::in(10ms));
            CHECK(future.wait_for(1h) == std::future_status::timeout);
        }
        go_on = true;
        go_on.notify_one();
        CHECK(future.get() == 7);
    });
}

TEST_CASE("an atomic, a latch and a semaphore of C++, which cannot fail, are waited for") {
    on_thread_and_fiber([] {
        std::atomic<int> word{0};
        check_that_it_waits_on([&] { word.wait(0); },
                               [&] {
                                   word = 1;
                                   word.notify_one();
                               });
        std::atomic<std::uint64_t> wide{0};
        check_that_it_waits_on([&] { wide.wait(0); },
                               [&] {
                                   wide = 1;
                                   wide.notify_all();
                               });
        std::latch latch(1);
        check_that_it_waits_on([&] { latch.wait(); }, [&] { latch.count_down(); });
        std::counting_semaphore<> semaphore(0);
        check_that_it_waits_on([&] { semaphore.acquire(); }, [&] { semaphore.release(); });
        CHECK_FALSE(semaphore.try_acquire());
    });
}

TEST_CASE("fibers of one thread wait for each other by atomics, latches and semaphores") {
    std::atomic<int> word{0};
    std::latch latch(3);
    std::counting_semaphore<> semaphore(0);
    std::string order;
    FiberLoop loop;
    for (int i = 0; i < 2; ++i) {
        loop.add([&] {
            word.wait(0);
            latch.arrive_and_wait();
            order += "l";
            semaphore.acquire();
            order += "s";
        });
    }
    loop.add([&] {
        pause_for_others();
        word = 1;
        word.notify_all();
        pause_for_others();
        CHECK(order.empty());
        latch.arrive_and_wait();
        semaphore.release(2);
    });
    loop.run();
    CHECK(order.size() == 4);
}

TEST_CASE("a semaphore of C++ with a timeout is waited for until its own time") {
    on_thread_and_fiber([] {
        std::counting_semaphore<> semaphore(0);
        under_limits([&] {
            const auto until = std::chrono::steady_clock::now() + 30ms;
            CHECK_FALSE(semaphore.try_acquire_until(until));
            CHECK(std::chrono::steady_clock::now() >= until);
        });
        std::thread releases([&] { semaphore.release(); });
        {
            const ContextScope scope(Deadline::in(1h));
            CHECK(semaphore.try_acquire_for(1h));
        }
        releases.join();
    });
}

TEST_CASE("threads and fibers that wait for one semaphore of C++ all get it") {
    constexpr int each = 300;
    std::counting_semaphore<> semaphore(0);
    std::atomic<int> taken{0};
    const auto takes = [&] {
        for (int i = 0; i < each; ++i) {
            semaphore.acquire();
            ++taken;
        }
    };
    std::vector<std::thread> threads;
    threads.emplace_back([&] {
        FiberLoop loop;
        for (int fiber = 0; fiber < 3; ++fiber) loop.add(takes);
        loop.run();
    });
    threads.emplace_back(takes);
    threads.emplace_back([&] {
        const PooledToken token;
        const ContextScope scope(cancelled_by(*token, Deadline::in(1h)));
        takes();
    });
    for (int i = 0; i < 5 * each; ++i) semaphore.release();
    for (auto& thread : threads) thread.join();
    CHECK(taken == 5 * each);
}

#ifndef __SANITIZE_THREAD__  // its runtime makes static variables itself, and blocks the thread
TEST_CASE("a static variable that one fiber makes is waited for by the others") {
    FiberLoop loop;
    int made = 0;
    std::string order;
    const auto uses = [&](char name) {
        struct Slow {
            explicit Slow(int& number) {
                pause_for_others();
                ++number;
            }
        };
        [[maybe_unused]] static const Slow slow(made);
        order += name;
    };
    for (const char name : {'a', 'b', 'c'}) loop.add([&, name] { uses(name); });
    loop.run();
    CHECK(made == 1);
    CHECK(order.size() == 3);
}
#endif

TEST_CASE("a function that one fiber calls once is waited for by the others") {
    std::once_flag once;
    std::string order;
    FiberLoop loop;
    for (int i = 0; i < 3; ++i) {
        loop.add([&] {
            std::call_once(once, [&] {
                pause_for_others();
                order += "once ";
            });
            order += "after ";
        });
    }
    loop.run();
    CHECK(order == "once after after after ");
}

TEST_CASE("a futex says what the kernel would say") {
    on_thread_and_fiber([] {
        const ContextScope scope(Deadline::in(1h));
        std::uint32_t word = 5;
        const timespec soon{.tv_sec = 0, .tv_nsec = 1'000'000};
        errno = 0;
        CHECK(::syscall(SYS_futex, &word, FUTEX_WAIT_PRIVATE, 4, nullptr) == -1);
        CHECK(errno == EAGAIN);
        errno = 0;
        CHECK(::syscall(SYS_futex, &word, FUTEX_WAIT_PRIVATE, 5, &soon) == -1);
        CHECK(errno == ETIMEDOUT);
        CHECK(::syscall(SYS_futex, &word, FUTEX_WAKE_PRIVATE, INT_MAX) == 0);
    });
}

TEST_CASE("a futex wakes as many as were asked for, and only those with its bits") {
    std::uint32_t word = 0;
    std::string order;
    const auto wait = [&](char name, std::uint32_t bits) {
        return [&, name, bits] {
            ::syscall(SYS_futex, &word, FUTEX_WAIT_BITSET_PRIVATE, 0, nullptr, nullptr, bits);
            order += name;
        };
    };
    FiberLoop loop;
    loop.add(wait('a', 1));
    loop.add(wait('b', 2));
    loop.add(wait('c', 3));
    loop.add([&] {
        const auto wake = [&](int number, std::uint32_t bits) {
            return ::syscall(SYS_futex, &word, FUTEX_WAKE_BITSET_PRIVATE, number, nullptr, nullptr,
                             bits);
        };
        pause_for_others();
        CHECK(wake(INT_MAX, 4) == 0);
        CHECK(wake(1, 2) == 1);
        CHECK(wake(INT_MAX, 2) == 1);
        pause_for_others();
        CHECK(wake(1, 1) == 1);
        CHECK(wake(1, 1) == 0);
    });
    loop.run();
    CHECK(order == "bca");
}
