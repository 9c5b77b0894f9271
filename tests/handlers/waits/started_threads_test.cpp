// Threads that a function with a limit starts have the limit as well.
#include "handlers/base/error.h"
#include "handlers/base/unique_fd.h"
#include "handlers/context/call_context.h"
#include "handlers/context/current_limit.h"
#include "handlers/timeouts/with_timeout.h"
#include "tests/support/wait_until.h"

#include <doctest/doctest.h>
#include <poll.h>
#include <pthread.h>
#include <sys/eventfd.h>

#include <atomic>
#include <future>
#include <memory>
#include <string>
#include <thread>

using namespace curfew;
using namespace curfew::tests;
using namespace std::chrono_literals;

namespace {

using Clock = std::chrono::steady_clock;

/// Longer than any test may take.
constexpr auto too_long = patience;

struct Event {
    UniqueFd fd{checked_fd(::eventfd(0, EFD_CLOEXEC), "eventfd")};

    /// 1 if it was set, 0 if a limit has ended the wait.
    [[nodiscard]] int wait() const {
        pollfd readable{.fd = fd.get(), .events = POLLIN, .revents = 0};
        return ::poll(&readable, 1, -1);
    }
    void set() const { REQUIRE(::eventfd_write(fd.get(), 1) == 0); }
};

bool is_late(const char* by, const std::function<void()>& function) {
    try {
        with_timeout(100ms, by, function);
    } catch (const TimeoutError&) {
        return true;
    }
    return false;
}

}  // namespace

TEST_CASE("std::async and std::thread end at the limit of who started them") {
    const auto start = Clock::now();
    for (const auto* const by : {"deadline", "timer", "fiber", "thread"}) {
        CAPTURE(by);
        CHECK(is_late(by, [] {
            std::async(std::launch::async, [] { std::this_thread::sleep_for(too_long); }).get();
        }));
        CHECK(
            is_late(by, [] { std::thread([] { std::this_thread::sleep_for(too_long); }).join(); }));
    }
    CHECK(Clock::now() - start < too_long);
}

TEST_CASE("a thread of a thread has the limit too") {
    const auto start = Clock::now();

    CHECK(is_late("deadline", [] {
        std::thread([] {
            std::thread([] { std::this_thread::sleep_for(too_long); }).join();
        }).join();
    }));

    CHECK(Clock::now() - start < too_long);
}

TEST_CASE("a thread that stays behind loses the limit of the function that started it") {
    Event event;
    std::atomic<int> outcome{-1};
    std::atomic<bool> expired{true};
    const auto limit = Deadline::in(100ms);
    std::thread background;
    with_timeout(limit.remaining(), "deadline", [&] {
        background = std::thread([&] {
            outcome = event.wait();
            expired = call_context().expired();
            CHECK(call_context().limits_waits() == false);
        });
    });

    // The wait that began under the limit lasts beyond it.
    REQUIRE(wait_until([&] { return limit.passed(); }));
    std::this_thread::sleep_for(100ms);
    CHECK(outcome == -1);
    event.set();
    background.join();

    CHECK(outcome == 1);
    CHECK_FALSE(expired);
}

TEST_CASE("a limit of the thread's own outlasts the function's") {
    std::atomic<bool> late{false};
    std::thread background;
    Event function_ended;
    with_timeout(20s, "deadline", [&] {
        background = std::thread([&] {
            late = is_late("deadline", [&] {
                static_cast<void>(function_ended.wait());
                std::this_thread::sleep_for(too_long);
            });
        });
    });
    function_ended.set();
    background.join();

    CHECK(late);
}

TEST_CASE("a thread may end by pthread_exit") {
    with_timeout(20s, "deadline", [] {
        pthread_t thread{};
        REQUIRE(::pthread_create(
                    &thread, nullptr, [](void* value) -> void* { ::pthread_exit(value); },
                    &thread) == 0);
        void* value = nullptr;
        REQUIRE(::pthread_join(thread, &value) == 0);
        CHECK(value == &thread);
    });
}

TEST_CASE("threads started without a limit have none") {
    std::thread([] {
        CHECK(call_context().deadline.is_never());
        CHECK(call_context().borrowed == nullptr);
    }).join();
}

TEST_CASE("with_current_limit brings the limit to a thread that was there before") {
    std::promise<std::function<void()>> job;
    std::thread pool([given = job.get_future()]() mutable { given.get()(); });
    const auto start = Clock::now();
    std::atomic<bool> limited_after{true};

    CHECK(is_late("deadline", [&] {
        // The wait for it ends at the limit, before the pool is done with it.
        const auto done = std::make_shared<std::promise<void>>();
        job.set_value([&, done, limited = with_current_limit([](std::chrono::seconds time) {
                                    std::this_thread::sleep_for(time);
                                })]() mutable {
            limited(too_long);
            limited_after = call_context().limits_waits();
            done->set_value();
        });
        done->get_future().wait();
    }));

    pool.join();
    CHECK(Clock::now() - start < too_long);
    CHECK_FALSE(limited_after);
}

TEST_CASE("with_current_limit gives what the function gives, and takes the sooner limit") {
    auto twice = with_timeout(20s, "deadline", [] {
        return with_current_limit([](const std::string& text) { return text + text; });
    });
    auto doubled = twice;
    CHECK(doubled("ab") == "abab");

    auto left = with_timeout(1h, "deadline",
                             [] { return with_current_limit([] { return remaining_time(); }); });
    CHECK(with_timeout(1min, "deadline", [&] { return left(); }) <= 1min);
    CHECK(left() > 1min);
}
