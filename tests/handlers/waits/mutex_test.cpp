#include "fiber_loop.h"
#include "held.h"
#include "locks_in_c.h"
#include "locks_in_cpp.h"
#include "tests/support/wait_until.h"

#include <doctest/doctest.h>

#include <atomic>
#include <cerrno>
#include <memory>
#include <mutex>
#include <string>
#include <system_error>
#include <thread>
#include <vector>

using namespace curfew;
using namespace curfew::tests;
using namespace std::chrono_literals;

namespace {

struct Mutex {
    explicit Mutex(int type = PTHREAD_MUTEX_NORMAL) {
        pthread_mutexattr_t attributes;
        ::pthread_mutexattr_init(&attributes);
        ::pthread_mutexattr_settype(&attributes, type);
        ::pthread_mutex_init(&mutex, &attributes);
        ::pthread_mutexattr_destroy(&attributes);
    }
    ~Mutex() { ::pthread_mutex_destroy(&mutex); }
    void lock() { ::pthread_mutex_lock(&mutex); }
    void unlock() { ::pthread_mutex_unlock(&mutex); }
    pthread_mutex_t mutex;
};

/// In two fibers of this thread at once: the one sleeps while it has the mutex.
template <typename Lock, typename Unlock>
std::string in_turns(Lock lock, Unlock unlock) {
    std::string order;
    FiberLoop loop;
    for (const char name : {'a', 'b', 'c'}) {
        loop.add([&, name] {
            lock();
            order += name;
            pause_for_others();
            order += name;
            unlock();
        });
    }
    loop.run();
    return order;
}

}  // namespace

TEST_CASE("a fiber that waits for a mutex lets the fiber that has it go on") {
    std::mutex mutex;
    CHECK(in_turns([&] { mutex.lock(); }, [&] { mutex.unlock(); }) == "aabbcc");
    CHECK(mutex.try_lock());
    mutex.unlock();
}

TEST_CASE("fibers of one thread exclude each other from a recursive mutex") {
    std::recursive_mutex mutex;
    const auto twice = [&] {
        mutex.lock();
        mutex.lock();
        mutex.unlock();
    };
    CHECK(in_turns(twice, [&] { mutex.unlock(); }) == "aabbcc");
    CHECK(mutex.try_lock());
    mutex.unlock();
}

TEST_CASE("fibers of one thread exclude each other from an error-checking mutex") {
    Mutex mutex(PTHREAD_MUTEX_ERRORCHECK);
    const auto checked = [&] {
        CHECK(::pthread_mutex_lock(&mutex.mutex) == 0);
        CHECK(::pthread_mutex_lock(&mutex.mutex) == EDEADLK);
        CHECK(::pthread_mutex_trylock(&mutex.mutex) == EBUSY);
    };
    CHECK(in_turns(checked, [&] { CHECK(::pthread_mutex_unlock(&mutex.mutex) == 0); }) == "aabbcc");
    CHECK(::pthread_mutex_trylock(&mutex.mutex) == 0);
    CHECK(::pthread_mutex_unlock(&mutex.mutex) == 0);
}

TEST_CASE("a fiber cannot unlock what another fiber of its thread has locked") {
    for (const int type : {PTHREAD_MUTEX_ERRORCHECK, PTHREAD_MUTEX_RECURSIVE}) {
        Mutex mutex(type);
        std::string order;
        FiberLoop loop;
        loop.add([&] {
            mutex.lock();
            pause_for_others();
            order += "still locked";
            CHECK(::pthread_mutex_unlock(&mutex.mutex) == 0);
        });
        loop.add([&] {
            CHECK(::pthread_mutex_trylock(&mutex.mutex) == EBUSY);
            CHECK(::pthread_mutex_unlock(&mutex.mutex) == EPERM);
            mutex.lock();
            CHECK(order == "still locked");
            CHECK(::pthread_mutex_unlock(&mutex.mutex) == 0);
        });
        loop.run();
    }
}

TEST_CASE("a thread that unlocks wakes a fiber of another thread") {
    std::mutex mutex;
    Held held(mutex);
    std::string order;
    FiberLoop loop;
    loop.add([&] {
        const std::lock_guard lock(mutex);
        order += "locked";
    });
    loop.add([&] {
        pause_for_others();
        order += "other fiber, ";
        held.release();
    });
    loop.run();
    CHECK(order == "other fiber, locked");
}

TEST_CASE("threads and fibers that wait for one mutex all get it") {
    constexpr int each = 200;
    std::mutex mutex;
    int number = 0;
    const auto count = [&] {
        for (int i = 0; i < each; ++i) {
            const std::lock_guard lock(mutex);
            const int before = number;
            if (i % 16 == 0) pause_for_others();
            number = before + 1;
        }
    };
    const auto fibers = [&] {
        FiberLoop loop;
        for (int i = 0; i < 4; ++i) loop.add(count);
        loop.run();
    };
    const auto limited = [&] {
        const ContextScope scope(Deadline::in(1h));
        count();
    };
    const auto cancellable = [&] {
        const PooledToken token;
        const ContextScope scope(cancelled_by(*token, Deadline::in(1h)));
        count();
    };
    std::vector<std::thread> threads;
    for (int i = 0; i < 2; ++i) {
        threads.emplace_back(fibers);
        threads.emplace_back(count);
        threads.emplace_back(limited);
        threads.emplace_back(cancellable);
    }
    for (auto& thread : threads) thread.join();
    CHECK(number == each * 2 * (4 + 3));
}

TEST_CASE("std::mutex throws at the deadline, and works afterwards") {
    const auto throws = [](auto& mutex, auto lock) {
        Held held(mutex);
        under_limits([&] { CHECK_THROWS_AS(lock(mutex), std::system_error); });
        held.release();
        lock(mutex);
        const ContextScope scope(Deadline::in(1h));
        lock(mutex);
        CHECK(mutex.try_lock());
        mutex.unlock();
    };
    on_thread_and_fiber([&] {
        // Once in code that is optimized, and once in this file.
        const auto elsewhere = [](auto& mutex) { lock_and_unlock(mutex); };
        const auto here = [](auto& mutex) { const std::lock_guard lock(mutex); };
        std::mutex plain;
        throws(plain, elsewhere);
        throws(plain, here);
        std::recursive_mutex recursive;
        throws(recursive, elsewhere);
        throws(recursive, here);
    });
}

// The sanitizers put code of their own between the lock and the look at its result.
#if !defined __SANITIZE_ADDRESS__ && !defined __SANITIZE_THREAD__
TEST_CASE("a lock that cannot fail without ending the process waits on") {
    std::mutex mutex;
    const auto waits_on = [&](auto lock) {
        Held held(mutex);
        std::atomic<bool> unlocked{false};
        const ContextScope scope(Deadline::in(0ms));
        std::thread releases([&] {
            pause_for_others();
            unlocked = true;
            held.release();
        });
        lock();
        CHECK(unlocked);
        const ContextScope none{CallContext{}};
        releases.join();
    };
    waits_on([&] { lock_in_destructor(mutex); });
    waits_on([&] { lock_in_flight(mutex); });
    waits_on([&] { ignore_result_of_lock(mutex); });
}
#endif

TEST_CASE("the sooner one of nested limits ends the wait for a mutex") {
    std::mutex mutex;
    const Held held(mutex);
    const ContextScope outer(Deadline::in(1h));
    {
        const ContextScope inner(Deadline::in(20ms));
        const ContextScope innermost(Deadline::in(2h));
        CHECK_THROWS_AS(lock_and_unlock(mutex), std::system_error);
    }
    CHECK_FALSE(call_context().expired());
}

TEST_CASE("a mutex that is free is locked although the deadline has passed") {
    std::mutex mutex;
    const ContextScope scope(Deadline::in(0ms));
    lock_and_unlock(mutex);
    CHECK(mutex.try_lock());
    mutex.unlock();
}

TEST_CASE("code in C, which ignores what a lock returns, waits until it has the mutex") {
    on_thread_and_fiber([] {
        Mutex mutex;
        Held held(mutex);
        std::atomic<bool> unlocked{false};
        int counted = 0;
        const ContextScope scope(Deadline::in(0ms));
        std::thread releases([&] {
            pause_for_others();
            unlocked = true;
            held.release();
        });
        CHECK(count_under_lock(&mutex.mutex, &counted) == 1);
        CHECK(unlocked);
        const ContextScope none{CallContext{}};
        releases.join();
        CHECK(count_under_lock(&mutex.mutex, &counted) == 2);
    });
}

TEST_CASE("a mutex's own timeout ends the wait if it is sooner, and the limit if that is") {
    on_thread_and_fiber([] {
        std::timed_mutex mutex;
        Held held(mutex);
        const ContextScope scope(Deadline::in(1h));
        CHECK_FALSE(mutex.try_lock_for(5ms));
        CHECK_FALSE(mutex.try_lock_until(std::chrono::system_clock::now() + 5ms));
        {
            const ContextScope sooner(Deadline::in(5ms));
            CHECK_FALSE(mutex.try_lock_for(1h));
            CHECK_FALSE(mutex.try_lock_until(std::chrono::system_clock::now() + 1h));
        }
        held.release();
        CHECK(mutex.try_lock_for(1h));
        mutex.unlock();
    });
}
